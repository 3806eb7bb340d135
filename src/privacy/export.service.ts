import { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AuditTrail } from '../audit/audit-trail.js';
import { PasswordsService } from '../auth/passwords/passwords.service.js';
import { SecondFactors } from '../auth/second-factor/second-factors.service.js';
import type { AccountContext } from '../http/context.js';
import { Throttle } from '../http/rate-limits/throttle.js';
import { IdempotentRequests } from '../idempotency/idempotent-requests.js';
import { sectionsOf } from './exported-sections.js';
import { LONGEST_EXPORT_SECONDS, RunningExports } from './running-exports.js';

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
    const stream = Readable.from(jsonOf(sectionsOf(this.dataSource, context.actor.id)));
    const tooSlow = (): unknown => stream.destroy(new Error('The client took too long to read its export'));
    const timer = setTimeout(tooSlow, LONGEST_EXPORT_SECONDS * 1000).unref();
    return stream.once('close', () => {
      clearTimeout(timer);
      release();
    });
  }
}

/** Chunks of a JSON object with one array per section. */
async function* jsonOf(sections: ReturnType<typeof sectionsOf>): AsyncGenerator<string> {
  let prefix = '{';
  for (const [name, pages] of sections) {
    yield `${prefix}${JSON.stringify(name)}:[`;
    let separator = '';
    for await (const rows of pages) {
      yield separator + rows.map((row) => JSON.stringify(row)).join(',');
      separator = ',';
    }
    yield ']';
    prefix = ',';
  }
  yield '}';
}
