import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { AuditTrail } from '../../audit/audit-trail.js';
import { RefusalTrail } from '../../audit/refusal-trail.js';
import { Keys } from '../../config/keys.js';
import { canonicalAddress } from '../../config/mail-address.js';
import { Refusal } from '../../errors/domain-error.js';
import { IdempotentRequests } from '../../idempotency/idempotent-requests.js';
import type { Account } from '../accounts/account.entity.js';
import { AddressVerification } from '../accounts/address-verification.js';
import { AccountsService } from '../accounts/accounts.service.js';
import { InvalidCredentials } from '../accounts/invalid-credentials.js';
import type { AccountContext, ClientContext } from '../../http/context.js';
import { rejectWithMinimumDuration } from '../throttling/minimum-duration.js';
import { LoginFailures } from '../throttling/login-failures.js';
import { SecondFactors } from '../second-factor/second-factors.service.js';
import { Sessions } from './sessions.js';

export interface Credentials {
  readonly email: string;
  readonly password: string;
  /** The code of the authenticator, if the account has a second factor. */
  readonly code?: string | undefined;
}

/** Log-in with a password, for the API and for the operators' pages, and log-out everywhere. */
@Injectable()
export class LoginService {
  constructor(
    private readonly accounts: AccountsService,
    private readonly failures: LoginFailures,
    private readonly verification: AddressVerification,
    private readonly secondFactors: SecondFactors,
    private readonly requests: IdempotentRequests,
    private readonly sessions: Sessions,
    private readonly audit: AuditTrail,
    private readonly refusals: RefusalTrail,
    private readonly keys: Keys,
  ) {}

  /**
   * Returns the account with this email and password. After many failures the answer is delayed.
   *
   * Records refusals in the audit trail. Takes the same number of statements whether or not the account exists.
   *
   * @throws Refusal INVALID_CREDENTIALS, EMAIL_NOT_VERIFIED, SECOND_FACTOR_REQUIRED, SECOND_FACTOR_WRONG
   * @throws TooManyRequests after too many attempts at the code
   */
  async logIn(context: ClientContext, { email, password, code }: Credentials): Promise<Account> {
    const attempt = await this.failures.begin(email, context.actor.address);
    const { refusalDelayMs, successDelayMs } = attempt;
    const account = await rejectWithMinimumDuration(
      () => this.recordRefusal(context, email, () => this.accounts.authenticate(email, password)),
      refusalDelayMs,
    );
    if (successDelayMs > 0) await sleep(successDelayMs);
    await attempt.succeeded();
    return this.recordRefusal(
      context,
      email,
      async () => {
        this.verification.assertVerified(account);
        await this.secondFactors.check(context.actor, account, code);
        return account;
      },
      account.id,
    );
  }

  /** Ends all sessions of the account, including that of the request. */
  async logOutEverywhere(context: AccountContext): Promise<void> {
    const version = await this.requests.once(context, async (tx) => {
      await this.audit.record(context, tx, 'account.sessions_ended', context.actor.id);
      return this.sessions.endAll(tx, context.actor.id);
    });
    this.sessions.remember(context.actor.id, version);
  }

  /** If the email has no account, records only its keyed hash. */
  private async recordRefusal<T>(
    context: ClientContext,
    email: string,
    work: () => Promise<T>,
    accountId?: number,
  ): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const subjectId = accountId ?? (error instanceof InvalidCredentials ? error.accountId : undefined) ?? 0;
      const hash = this.keys.hash(`login ${canonicalAddress(email)}`);
      const particulars = { code: error.code, ...(subjectId === 0 && { email_hash: hash }) };
      await this.refusals.record(context, { action: 'account.login_refused', subjectId, particulars });
      throw error;
    }
  }
}
