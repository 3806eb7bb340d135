import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { Changes } from '../outbox/changes.js';
import type { Account } from '../auth/accounts/account.entity.js';
import { recipientAddressOf } from '../auth/accounts/account-address.js';
import { eraseAccount, eraseAddresses } from '../auth/accounts/account.personal-data.js';
import { assertNotConfigured } from '../auth/accounts/configured-admin.js';
import { lockAdmins } from '../auth/accounts/admin-lock.repository.js';
import { assertNotLastAdmin } from '../auth/accounts/last-admin.js';
import { findAccount } from '../auth/accounts/account.repository.js';
import { PasswordHasher } from '../auth/passwords/password-hasher.js';
import { PasswordsService } from '../auth/passwords/passwords.service.js';
import { SecondFactors } from '../auth/second-factor/second-factors.service.js';
import { Sessions } from '../auth/sessions/sessions.js';
import { AddressCounters } from '../auth/throttling/address-counters.js';
import { CancellationService } from '../bookings/cancellation.service.js';
import { ApiEnvironment } from '../config/api.environment.js';
import { inTransaction } from '../database/in-transaction.js';
import { assertNoProfile } from '../doctors/doctor.personal-data.js';
import { tokenRevoked } from '../errors/domain-error.js';
import type { AccountContext } from '../http/context.js';
import { assertCurrent } from '../http/if-match.js';
import { eraseRequests } from '../idempotency/request.personal-data.js';
import { Clock } from '../time/clock.js';
import { ErasedPatients } from './erased-patients.service.js';
import type { Proof } from './export.service.js';

/** Why the emails of an erased account, and those to its address, are cancelled. */
const REASON = 'the account was erased';

/** An account that was erased, and what this process must still forget. */
export interface ErasedAccount {
  readonly id: number;
  readonly email: string;
  /** That of new tokens. */
  readonly version: number;
}

/**
 * Erases accounts and their patients. Their bookings stay under a pseudonym: the id of an account that names nobody. Future bookings are
 * cancelled, which frees their times, and pending notifications are not sent. The counts of emails to the address stay
 * until they expire (see `MailedAddresses`); otherwise erasing and registering again would get around the limits.
 */
@Injectable()
export class ErasureService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly passwords: PasswordsService,
    private readonly secondFactors: SecondFactors,
    private readonly hasher: PasswordHasher,
    private readonly sessions: Sessions,
    private readonly counters: AddressCounters,
    private readonly cancellation: CancellationService,
    private readonly patients: ErasedPatients,
    private readonly changes: Changes,
    private readonly clock: Clock,
    private readonly environment: ApiEnvironment,
  ) {}

  /**
   * @throws Refusal WRONG_PASSWORD, SECOND_FACTOR_REQUIRED, SECOND_FACTOR_WRONG, LAST_ADMIN, HAS_PROFILE, IS_CONFIGURED
   * @throws VersionMismatch
   * @throws Unauthenticated TOKEN_REVOKED if the account was disabled or erased meanwhile
   * @throws TooManyRequests after too many attempts at the password
   */
  async erase(context: AccountContext, { password, code }: Proof): Promise<void> {
    await this.secondFactors.check(
      context.actor,
      await this.passwords.confirm(context.actor, password),
      code,
    );
    const passwordHash = await this.hasher.hashOfUnknownPassword();
    const { email, version } = await inTransaction(this.dataSource, (tx) =>
      this.eraseIn(context, tx, passwordHash),
    );
    this.sessions.remember(context.actor.id, version);
    await this.counters.forget(email);
  }

  private async eraseIn(
    context: AccountContext,
    tx: EntityManager,
    passwordHash: string,
  ): Promise<ErasedAccount> {
    const { id } = context.actor;
    // Before the account, in the lock order of `AccountRights`. Other roles skip it, so they do not delay admins.
    if (context.actor.role === 'admin') await lockAdmins(tx);
    // Waits for the account's running transactions. Later ones wait for this one and are then refused.
    await this.sessions.lock(context, tx);
    const account = await findAccount(tx, id);
    // A changed role ends all sessions, so a token with another role is revoked.
    if (account?.role !== context.actor.role) throw tokenRevoked();
    assertCurrent(context, account.version);
    return this.eraseAccountIn(context, tx, account, passwordHash);
  }

  /**
   * Erases a locked account and its patients, within the transaction of a request.
   *
   * @throws Refusal LAST_ADMIN, HAS_PROFILE, IS_CONFIGURED
   */
  async eraseAccountIn(
    context: AccountContext,
    tx: EntityManager,
    account: Account,
    passwordHash: string,
  ): Promise<ErasedAccount> {
    const { id } = account;
    assertNotConfigured(account, this.environment);
    await assertNotLastAdmin(tx, account);
    await assertNoProfile(tx, id, id === context.actor.id);
    const patients = await this.patients.passOnIn(tx, id);
    await this.cancellation.cancelAllIn(context, tx, id, REASON);
    for (const patientId of patients) await this.patients.forgetIn(tx, patientId, REASON);
    const addresses = [account.email, recipientAddressOf(account)] as const;
    const now = new Date(this.clock.now());
    await eraseRequests(tx, id, addresses);
    await eraseAddresses(tx, addresses, REASON, now);
    await eraseAccount(tx, id, { passwordHash, disabledAt: now });
    await this.changes.record(context, tx, { action: 'account.erased', subjectId: id });
    return { id, email: account.email, version: await this.sessions.endAll(tx, id) };
  }
}
