import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { eraseReasons } from '../audit/audit-event.repository.js';
import { endPatientLinks } from '../auth/accounts/patient-link.repository.js';
import { ManagedPatients } from '../bookings/managed-patients.service.js';
import { PatientBookingsErasure } from '../bookings/patient-bookings-erasure.service.js';
import type { Context } from '../http/context.js';
import { eraseRequestsAbout } from '../idempotency/request.personal-data.js';
import {
  erasePatients,
  lockPatientsOfAccount,
  lockWithMerged,
  type Managed,
  type OwnPatient,
} from '../patients/patient-account.repository.js';
import { patientsById } from '../patients/patient.sql.js';
import { Clock } from '../time/clock.js';

/** Erases patients within the transaction of a request. */
@Injectable()
export class ErasedPatients {
  constructor(
    private readonly managed: ManagedPatients,
    private readonly bookings: PatientBookingsErasure,
    private readonly clock: Clock,
  ) {}

  /**
   * Erases a locked patient, and the records that were merged into it.
   *
   * @param reason why no email is sent; for operators
   */
  async eraseIn(
    context: Context,
    tx: EntityManager,
    patient: Pick<Managed, 'id' | 'accountId'>,
    reason: string,
  ): Promise<void> {
    await this.bookings.cancelIn(context, tx, patient, reason);
    await this.forgetIn(tx, patient.id, reason);
  }

  /** Erases a locked patient whose coming bookings and unsent notifications are cancelled. */
  async forgetIn(tx: EntityManager, id: number, reason: string): Promise<void> {
    const now = new Date(this.clock.now());
    const ids = await lockWithMerged(tx, id);
    await this.bookings.forgetIn(tx, ids);
    await eraseReasons(tx, 'patient', patientsById(ids));
    await endPatientLinks(tx, ids, { reason, isForgotten: true }, now);
    await eraseRequestsAbout(tx, ids);
    await erasePatients(tx, ids, now);
  }

  /**
   * The patients of a locked account who are erased with it, after those that stay were passed on: a dependant whom
   * another account has accepted goes to that account, with the bookings. The owner is erased all the same, since that
   * is what the owner asks for.
   */
  async passOnIn(tx: EntityManager, accountId: number): Promise<number[]> {
    const own = await lockPatientsOfAccount(tx, accountId);
    const isKept = ({ relation, guardianId }: OwnPatient): boolean =>
      relation === 'dependant' && guardianId !== null;
    for (const { id, guardianId } of own.filter(isKept))
      await this.managed.giveIn(tx, id, { accountId: guardianId, relation: 'dependant' });
    return own.filter((patient) => !isKept(patient)).map(({ id }) => id);
  }
}
