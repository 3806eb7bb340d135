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
  /** The digits of the second factor, where there is one. */
  readonly code?: string | undefined;
}

/** The one way in with a password, for the API and for the pages of operators alike; and the way out. */
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
   * The account that this email and password belong to. After many failures it takes longer to be told.
   *
   * Refusals are recorded in the audit trail, with as many statements for an account as for none.
   *
   * @throws Refusal INVALID_CREDENTIALS, EMAIL_NOT_VERIFIED, SECOND_FACTOR_REQUIRED, SECOND_FACTOR_WRONG
   * @throws TooManyRequests after too many attempts at its digits
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
        await this.secondFactors.check(account, code);
        return account;
      },
      account.id,
    );
  }

  /** Ends all sessions of an account, this one and those elsewhere. */
  async logOutEverywhere(context: AccountContext): Promise<void> {
    const version = await this.requests.once(context, async (tx) => {
      await this.audit.record(context, tx, 'account.sessions_ended', context.actor.id);
      return this.sessions.endAll(tx, context.actor.id);
    });
    this.sessions.remember(context.actor.id, version);
  }

  /** Of an email without an account only a keyed hash is recorded. */
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
