import type { EntityManager } from 'typeorm';
import { COUNTS_BOOKINGS, joinClinic } from '../clinic/clinic.sql.js';
import { execute } from '../database/statement.js';
import { IS_PRESENT, isGuardianSql, PATIENTS } from '../patients/patient.sql.js';

/** Whose bookings to lock. */
interface LockedPatient {
  readonly accountId: number;
  /** By default the account's own patient. */
  readonly patientId?: number | undefined;
  /** Whether it may be any patient, and not only one that the account manages or has accepted. */
  readonly isAny: boolean;
}

/** When a rule counts the patient's bookings. */
interface CountedIf {
  /** PATIENT_BUSY judges the request whatever the clinic's settings. */
  readonly isOnePlace: boolean;
  readonly isBoundByLimits: boolean;
}

/**
 * Locks a patient's bookings for the transaction, if a rule counts them, and if the actor may book for the patient.
 * Before the days of doctors: a patient may book with two doctors at once. A write, like `lockDay`.
 *
 * @returns whether it is locked
 */
export async function lockPatientSchedule(
  tx: EntityManager,
  patient: LockedPatient,
  { isOnePlace, isBoundByLimits }: CountedIf,
): Promise<boolean> {
  const [which, ...parameters] = whichPatient(patient);
  const { affectedRows } = await execute(
    tx,
    `/* lock-patient-schedule */ INSERT INTO patient_schedules (patient_id, version)
     SELECT p.id, 1 FROM ${PATIENTS} ${joinClinic()} WHERE ${which} AND ${IS_PRESENT} AND ${COUNTS_BOOKINGS}
     ON DUPLICATE KEY UPDATE version = patient_schedules.version + 1`,
    [...parameters, isOnePlace ? 1 : 0, isBoundByLimits ? 1 : 0],
  );
  return affectedRows > 0;
}

function whichPatient({
  accountId,
  patientId,
  isAny,
}: LockedPatient): [sql: string, ...parameters: number[]] {
  if (patientId === undefined) return ['p.self_account_id = ?', accountId];
  if (isAny) return ['p.id = ?', patientId];
  return [
    `p.id = ? AND (p.account_id = ? OR ${isGuardianSql('p.id')})`,
    ...[patientId, accountId, accountId],
  ];
}
