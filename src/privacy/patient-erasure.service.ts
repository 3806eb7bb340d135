import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { findAccount } from '../auth/accounts/account.repository.js';
import { PasswordHasher } from '../auth/passwords/password-hasher.js';
import { Sessions } from '../auth/sessions/sessions.js';
import { AddressCounters } from '../auth/throttling/address-counters.js';
import { ManagedPatients } from '../bookings/managed-patients.service.js';
import { DataSource } from 'typeorm';
import { inTransaction } from '../database/in-transaction.js';
import { Refusal } from '../errors/domain-error.js';
import type { AccountContext } from '../http/context.js';
import { assertCurrent } from '../http/if-match.js';
import { Changes } from '../outbox/changes.js';
import type { Managed } from '../patients/patient-account.repository.js';
import { patientNotFound } from '../patients/patient.refusals.js';
import { ErasedPatients } from './erased-patients.service.js';
import { type ErasedAccount, ErasureService } from './erasure.service.js';

/** Why the emails of an erased patient are cancelled. */
const REASON = 'the patient was erased';

/**
 * Erases patients for admins. The owner of an account goes with the account, and the account's dependants as in its own
 * erasure; not where the account works for the clinic.
 */
@Injectable()
export class PatientErasure {
  constructor(
    private readonly dataSource: DataSource,
    private readonly hasher: PasswordHasher,
    private readonly sessions: Sessions,
    private readonly counters: AddressCounters,
    private readonly managed: ManagedPatients,
    private readonly patients: ErasedPatients,
    private readonly accounts: ErasureService,
    private readonly changes: Changes,
  ) {}

  /**
   * @throws NotFound PATIENT_NOT_FOUND
   * @throws Refusal STAFF_PATIENT, HAS_PROFILE
   * @throws VersionMismatch
   */
  async erase(context: AccountContext, id: number, reason: string): Promise<void> {
    const passwordHash = await this.hasher.hashOfUnknownPassword();
    const erased = await inTransaction(this.dataSource, (tx) =>
      this.eraseIn(context, tx, id, reason, passwordHash),
    );
    if (!erased) return;
    this.sessions.remember(erased.id, erased.version);
    await this.counters.forget(erased.email);
  }

  private async eraseIn(
    context: AccountContext,
    tx: EntityManager,
    id: number,
    reason: string,
    passwordHash: string,
  ): Promise<ErasedAccount | undefined> {
    await this.sessions.lock(context, tx);
    const [patient] = await this.managed.lockIn(tx, [id]);
    if (!patient || patient.erasedAt !== null) throw patientNotFound();
    if (patient.mergedInto !== null) throw patientNotFound(patient.mergedInto);
    assertCurrent(context, patient.version);
    const account = await this.eraseWithAccount(context, tx, patient, passwordHash);
    await this.changes.record(context, tx, { action: 'patient.erased', subjectId: id, reason });
    return account;
  }

  private async eraseWithAccount(
    context: AccountContext,
    tx: EntityManager,
    patient: Managed,
    passwordHash: string,
  ): Promise<ErasedAccount | undefined> {
    if (patient.relation === 'self') {
      const account = await findAccount(tx, patient.accountId!);
      if (account!.role !== 'user') throw staffPatient();
      return this.accounts.eraseAccountIn(context, tx, account!, passwordHash);
    }
    await this.patients.eraseIn(context, tx, patient, REASON);
    return undefined;
  }
}

function staffPatient(): Refusal {
  return new Refusal(
    'STAFF_PATIENT',
    'This patient is the owner of an account that works for the clinic. Make it an account of role user first.',
  );
}
