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

/** What shows that the owner of the account asks. */
export interface Proof {
  readonly password: string;
  /** The digits, where the account has a second factor. */
  readonly code?: string | undefined;
}

/** Hands people all that is held about them. */
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
   * Everything but hashes of secrets, as JSON; times in UTC, dates and times of day as on the doctor's wall. It is read
   * from the database as fast as the client takes it, a page at a time.
   *
   * @throws Refusal WRONG_PASSWORD, SECOND_FACTOR_REQUIRED, SECOND_FACTOR_WRONG
   * @throws TooManyRequests while another export of the account is under way, or after too many of them
   */
  async export(context: AccountContext, { password, code }: Proof): Promise<Readable> {
    const prove = async (): Promise<void> =>
      this.secondFactors.check(await this.passwords.confirm(context.actor.id, password), code);
    // What is done once is the proof: digits are good once, and an export changes nothing.
    await this.requests.onceAfter(context, prove, () => Promise.resolve());
    const ended = await this.running.begin(context.actor.id);
    try {
      await this.throttle.count('exports', `account ${context.actor.id}`);
      await this.audit.record(context, this.dataSource, 'account.exported', context.actor.id);
    } catch (error) {
      ended();
      throw error;
    }
    const stream = Readable.from(jsonOf(sectionsOf(this.dataSource, context.actor.id)));
    const tooSlow = (): unknown => stream.destroy(new Error('The client took too long to read its export'));
    const timer = setTimeout(tooSlow, LONGEST_EXPORT_SECONDS * 1000).unref();
    return stream.once('close', () => {
      clearTimeout(timer);
      ended();
    });
  }
}

/** An object with an array for each section, in pieces. */
async function* jsonOf(sections: ReturnType<typeof sectionsOf>): AsyncGenerator<string> {
  let before = '{';
  for (const [name, pages] of sections) {
    yield `${before}${JSON.stringify(name)}:[`;
    let separator = '';
    for await (const rows of pages) {
      yield separator + rows.map((row) => JSON.stringify(row)).join(',');
      separator = ',';
    }
    yield ']';
    before = ',';
  }
  yield '}';
}
