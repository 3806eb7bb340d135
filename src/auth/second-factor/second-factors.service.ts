import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager, IsNull } from 'typeorm';
import { Changes } from '../../outbox/changes.js';
import { accountChange } from '../accounts/account-changes.js';
import { ClinicEnvironment } from '../../config/clinic.environment.js';
import { Keys } from '../../config/keys.js';
import { Refusal } from '../../errors/domain-error.js';
import { IdempotentRequests } from '../../idempotency/idempotent-requests.js';
import { Clock } from '../../time/clock.js';
import { shownAddressOf } from '../accounts/account-address.js';
import {
  Account,
  NEXT_VERSION,
  NO_SECOND_FACTOR,
  type PublicAccount,
  withoutSecrets,
} from '../accounts/account.entity.js';
import { confirmFactor, useStep } from '../accounts/account.repository.js';
import { AccountsService } from '../accounts/accounts.service.js';
import type { AccountContext, Actor } from '../../http/context.js';
import { PasswordsService } from '../passwords/passwords.service.js';
import { Sessions } from '../sessions/sessions.js';
import { sessionKey } from '../../http/rate-limits/request-limits.js';
import { Throttle } from '../../http/rate-limits/throttle.js';
import { DigitAttempts } from './digit-attempts.js';
import { seal, unseal } from './sealed-secret.js';
import { forAuthenticator, SECRET_BYTES, stepOf } from './totp.js';

/**
 * The second factor of an account: the six-digit codes of an authenticator, each valid once. Setting it up takes the
 * password, and log-in asks for it once its first code has confirmed it. Confirming or removing it ends all sessions.
 */
@Injectable()
export class SecondFactors {
  constructor(
    private readonly dataSource: DataSource,
    private readonly requests: IdempotentRequests,
    private readonly accounts: AccountsService,
    private readonly passwords: PasswordsService,
    private readonly sessions: Sessions,
    private readonly throttle: Throttle,
    private readonly attempts: DigitAttempts,
    private readonly changes: Changes,
    private readonly clock: Clock,
    private readonly environment: ClinicEnvironment,
    private readonly keys: Keys,
  ) {}

  /**
   * Creates a new secret, which replaces an unconfirmed one.
   *
   * @throws Refusal WRONG_PASSWORD, EMAIL_NOT_VERIFIED, SECOND_FACTOR_IS_ON
   * @throws TooManyRequests after too many attempts at the password
   */
  async begin(context: AccountContext, password: string): Promise<{ secret: string; uri: string }> {
    const { id } = context.actor;
    const prepare = async (): Promise<void> =>
      assertOwnAddressVerified(await this.passwords.confirm(context.actor, password));
    // Sealed, because the result is stored with the idempotency key.
    const sealed = await this.requests.onceAfter(context, prepare, (tx) => this.beginIn(tx, id));
    const account = await this.accounts.get(id);
    const unsealed = this.unsealByAnyKey(Buffer.from(sealed, 'base64'), id);
    // A replay must not reveal the secret once it is confirmed.
    if (account.hasSecondFactor || !unsealed) throw alreadyOn();
    return forAuthenticator(unsealed.secret, this.environment.CLINIC_NAME, shownAddressOf(account));
  }

  private async beginIn(tx: EntityManager, id: number): Promise<string> {
    const sealed = seal(randomBytes(SECRET_BYTES), id, this.keys.current);
    const { affected } = await tx.update(
      Account,
      { id, secondFactorSince: IsNull() },
      { ...NO_SECOND_FACTOR, secondFactor: sealed },
    );
    if (!affected) throw alreadyOn();
    return sealed.toString('base64');
  }

  /**
   * Confirms the secret from `begin`. Returns the account, for which a new token can be issued.
   *
   * @throws Refusal EMAIL_NOT_VERIFIED, SECOND_FACTOR_NOT_BEGUN, SECOND_FACTOR_WRONG
   * @throws TooManyRequests after too many attempts
   */
  async confirm(context: AccountContext, code: string): Promise<PublicAccount> {
    const prepare = async (): Promise<{ account: Account; step: number }> => {
      const account = await this.accounts.get(context.actor.id);
      assertOwnAddressVerified(account);
      if (!account.secondFactor || account.secondFactorSince)
        throw new Refusal('SECOND_FACTOR_NOT_BEGUN', 'Request a new secret first, then confirm it.');
      // By session: a thief of another token must not use up the owner's attempts.
      await this.throttle.count('secondFactorConfirm', sessionKey(context.actor));
      return { account, step: this.verifyCode(account, code).step };
    };
    return this.change(context, 'added', prepare, async (tx, { account, step }) => {
      const now = new Date(this.clock.now());
      if (!(await confirmFactor(tx, account, step, now))) throw wrongCode();
    });
  }

  /**
   * @throws Refusal WRONG_PASSWORD, SECOND_FACTOR_REQUIRED, SECOND_FACTOR_WRONG
   * @throws TooManyRequests after too many attempts
   */
  async remove(context: AccountContext, password: string, code: string): Promise<PublicAccount> {
    const prepare = async (): Promise<void> =>
      this.check(context.actor, await this.passwords.confirm(context.actor, password), code);
    return this.change(context, 'removed', prepare, async (tx) => {
      await tx.update(Account, { id: context.actor.id }, { ...NO_SECOND_FACTOR, ...NEXT_VERSION });
    });
  }

  /**
   * Checks the code of the second factor, if the account has one. Call it after the password was right.
   *
   * @param field the name of the code in the request
   * @throws Refusal SECOND_FACTOR_REQUIRED, SECOND_FACTOR_WRONG
   * @throws TooManyRequests after too many attempts; only a holder of the password can make one
   */
  async check(
    { address }: Pick<Actor, 'address'>,
    account: Account,
    code: string | undefined,
    field = 'code',
  ): Promise<void> {
    if (!account.hasSecondFactor) return;
    if (code === undefined) {
      const message = `Send the six digits of your authenticator too, as ${field}.`;
      throw new Refusal('SECOND_FACTOR_REQUIRED', message);
    }
    const attempt = await this.attempts.begin(account, address);
    const used = this.verifyCode(account, code);
    if (!(await useStep(this.dataSource, account, used))) throw wrongCode();
    await attempt.succeeded();
  }

  /** The time step that the code is right for, and the secret, resealed if it was sealed with a former key. */
  private verifyCode({ id, secondFactor }: Account, code: string): { step: number; sealed: Buffer } {
    const unsealed = secondFactor && this.unsealByAnyKey(secondFactor, id);
    const step = unsealed ? stepOf(code, unsealed.secret, this.clock.now()) : undefined;
    if (step === undefined) throw wrongCode();
    return { step, sealed: unsealed!.sealed };
  }

  private unsealByAnyKey(sealed: Buffer, id: number): { secret: Buffer; sealed: Buffer } | undefined {
    return this.keys.firstResult((key) => {
      const secret = unseal(sealed, id, key);
      if (!secret) return undefined;
      return { secret, sealed: key === this.keys.current ? sealed : seal(secret, id, this.keys.current) };
    });
  }

  private async change<P>(
    context: AccountContext,
    what: 'added' | 'removed',
    prepare: () => Promise<P>,
    work: (tx: EntityManager, prepared: P) => Promise<void>,
  ): Promise<PublicAccount> {
    const changed = await this.requests.onceAfter(context, prepare, async (tx, prepared) => {
      await this.sessions.lock(context, tx);
      await work(tx, prepared);
      await this.changes.record(
        context,
        tx,
        accountChange(`account.second_factor_${what}`, context.actor.id),
      );
      await this.sessions.endAll(tx, context.actor.id);
      return withoutSecrets(await tx.findOneByOrFail(Account, { id: context.actor.id }));
    });
    this.sessions.remember(context.actor.id, changed.sessionVersion);
    return changed;
  }
}

/** Otherwise a stranger could lock the owner of the address out of the account for good. */
function assertOwnAddressVerified({ isVerified }: Account): void {
  if (isVerified) return;
  throw new Refusal(
    'EMAIL_NOT_VERIFIED',
    'Confirm your address first: have a code mailed with POST /api/auth/verify-email/send, and send it with your ' +
      'password to POST /api/auth/verify-email.',
  );
}

function alreadyOn(): Refusal {
  return new Refusal('SECOND_FACTOR_IS_ON', 'This account already has a second factor.');
}

function wrongCode(): Refusal {
  return new Refusal('SECOND_FACTOR_WRONG', 'Incorrect or already used code. Wait for the next one.');
}
