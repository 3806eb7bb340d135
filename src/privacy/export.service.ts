import type { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AuditTrail } from '../audit/audit-trail.js';
import { PasswordsService } from '../auth/passwords/passwords.service.js';
import { SecondFactors } from '../auth/second-factor/second-factors.service.js';
import type { AccountContext } from '../http/context.js';
import { Throttle } from '../http/rate-limits/throttle.js';
import { IdempotentRequests } from '../idempotency/idempotent-requests.js';
import { findPatient } from '../patients/patient.repository.js';
import { assertMaySee } from '../patients/patient.policy.js';
import { streamOf } from './export-stream.js';
import { sectionsOf, sectionsOfPatient } from './exported-sections.js';
import { RunningExports } from './running-exports.js';

/** The credentials that prove that the owner of the account sends the request. */
export interface Proof {
  readonly password: string;
  /** The code of the authenticator, if the account has a second factor. */
  readonly code?: string | undefined;
}

/** Exports all data about an account. */
@Injectable()
export class ExportService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly passwords: PasswordsService,
    private readonly secondFactors: SecondFactors,
    private readonly throttle: Throttle,
    private readonly requests: IdempotentRequests,
    private readonly running: RunningExports,
    private readonly audit: AuditTrail,
  ) {}

  /**
   * Streams everything but hashes of secrets as JSON. Times are in UTC; dates and times of day are the doctor's local
   * time. Reads the database a page at a time, as fast as the client reads the response.
   *
   * @throws Refusal WRONG_PASSWORD, SECOND_FACTOR_REQUIRED, SECOND_FACTOR_WRONG
   * @throws TooManyRequests while another export of the account is running, or after too many exports
   */
  async export(context: AccountContext, { password, code }: Proof): Promise<Readable> {
    const prove = async (): Promise<void> =>
      this.secondFactors.check(context.actor, await this.passwords.confirm(context.actor, password), code);
    // Only the proof must not run twice, because a code is valid once. The export itself changes nothing.
    await this.requests.onceAfter(context, prove, () => Promise.resolve());
    const release = await this.running.begin(context.actor.id);
    try {
      await this.throttle.count('exports', `account ${context.actor.id}`);
      await this.audit.record(context, this.dataSource, 'account.exported', context.actor.id);
    } catch (error) {
      release();
      throw error;
    }
    return streamOf(sectionsOf(this.dataSource, context.actor.id), release);
  }

  /**
   * Streams everything about a patient in the same way, for an admin.
   *
   * @throws NotFound PATIENT_NOT_FOUND
   * @throws TooManyRequests while another export of the admin is running
   */
  async exportPatient(context: AccountContext, id: number): Promise<Readable> {
    assertMaySee(context.actor, await findPatient(this.dataSource, id, context.actor.id));
    const release = await this.running.begin(context.actor.id);
    try {
      await this.audit.record(context, this.dataSource, 'patient.exported', id);
    } catch (error) {
      release();
      throw error;
    }
    return streamOf(sectionsOfPatient(this.dataSource, id), release);
  }
}
