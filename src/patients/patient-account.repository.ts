import type { EntityManager } from 'typeorm';
import type { Locale } from '../config/locale.js';
import { execute, query, type Source } from '../database/statement.js';
import type { Contact, PatientRelation } from './patient.entity.js';

/** The statements that change which account manages a patient. */

/** A patient, and who manages the patient. */
export interface Managed {
  readonly id: number;
  readonly accountId: number | null;
  readonly relation: PatientRelation | null;
  readonly givenName: string | null;
  readonly familyName: string | null;
  readonly birthDate: string | null;
  readonly phone: string | null;
  readonly email: string | null;
  readonly locale: Locale | null;
  readonly contactBy: Contact;
  readonly notes: string | null;
  readonly version: number;
  readonly mergedInto: number | null;
  readonly erasedAt: Date | null;
}

const COLUMNS = `id, account_id AS accountId, relation, given_name AS givenName, family_name AS familyName,
  birth_date AS birthDate, phone, email, locale, contact_by AS contactBy, notes, version, merged_into AS mergedInto, erased_at AS erasedAt`;

export async function findManaged(source: Source, ids: readonly number[]): Promise<Managed[]> {
  const sql = `/* find-managed-patients */ SELECT ${COLUMNS} FROM patients WHERE id IN (?) ORDER BY id`;
  return query<Managed>(source, sql, [ids]);
}

/** The same, locked in ascending order until the transaction ends: bookings for them wait. */
export async function lockManaged(tx: EntityManager, ids: readonly number[]): Promise<Managed[]> {
  await query(
    tx,
    '/* lock-managed-patients */ SELECT id FROM patients WHERE id IN (?) ORDER BY id FOR UPDATE',
    [ids],
  );
  return findManaged(tx, ids);
}

/** A patient of an account that is to be erased. */
export interface OwnPatient {
  readonly id: number;
  readonly relation: PatientRelation;
  /** The account that accepted the patient first; null if none has. */
  readonly guardianId: number | null;
}

/** Removes an account from the patients that it has accepted, and locks those that it manages. */
export async function lockPatientsOfAccount(tx: EntityManager, accountId: number): Promise<OwnPatient[]> {
  await execute(tx, '/* leave-patients */ DELETE FROM patient_guardians WHERE account_id = ?', [accountId]);
  await query(
    tx,
    '/* lock-patients-of-account */ SELECT id FROM patients WHERE account_id = ? ORDER BY id FOR UPDATE',
    [accountId],
  );
  return query<OwnPatient>(
    tx,
    `/* find-guardians */ SELECT p.id, p.relation,
            (SELECT g.account_id FROM patient_guardians g WHERE g.patient_id = p.id
             ORDER BY g.accepted_at, g.account_id LIMIT 1) AS guardianId
     FROM patients p WHERE p.account_id = ? AND p.erased_at IS NULL AND p.merged_into IS NULL ORDER BY p.id
     LOCK IN SHARE MODE`,
    [accountId],
  );
}

/** Gives a patient to the account that manages them from now on; the account is no guardian besides. */
export async function setManager(
  tx: EntityManager,
  id: number,
  { accountId, relation }: { readonly accountId: number | null; readonly relation: PatientRelation | null },
): Promise<void> {
  await execute(
    tx,
    '/* set-manager */ UPDATE patients SET account_id = ?, relation = ?, version = version + 1 WHERE id = ?',
    [accountId, relation, id],
  );
  await execute(
    tx,
    '/* remove-guardian */ DELETE FROM patient_guardians WHERE patient_id = ? AND account_id = ?',
    [id, accountId],
  );
}

export async function addGuardian(
  tx: EntityManager,
  patientId: number,
  accountId: number,
  now: Date,
): Promise<void> {
  await execute(
    tx,
    '/* add-guardian */ INSERT IGNORE INTO patient_guardians (account_id, patient_id, accepted_at) VALUES (?, ?, ?)',
    [accountId, patientId, now],
  );
}

/** From now on emails about the patient go to the address of the account. */
export async function clearEmail(tx: EntityManager, id: number): Promise<void> {
  await execute(tx, '/* clear-email-of-patient */ UPDATE patients SET email = NULL WHERE id = ?', [id]);
}

/** Gives the guardians of one patient to another. */
export async function moveGuardians(tx: EntityManager, from: number, to: number): Promise<void> {
  await execute(
    tx,
    `/* copy-guardians */ INSERT IGNORE INTO patient_guardians (account_id, patient_id, accepted_at)
     SELECT account_id, ?, accepted_at FROM patient_guardians WHERE patient_id = ?`,
    [to, from],
  );
  await execute(tx, '/* delete-guardians */ DELETE FROM patient_guardians WHERE patient_id = ?', [from]);
}

/** Marks a patient as merged, and points earlier merges at the one that stays. */
export async function markMerged(tx: EntityManager, from: number, to: number): Promise<void> {
  await execute(
    tx,
    `/* mark-merged */ UPDATE patients SET merged_into = ?, account_id = NULL, relation = NULL, version = version + 1
     WHERE id = ? OR merged_into = ?`,
    [to, from, from],
  );
}

/** A person's record, and those that were merged into it, by id. */
export async function lockWithMerged(tx: EntityManager, id: number): Promise<number[]> {
  const rows = await query<{ id: number }>(
    tx,
    '/* lock-with-merged */ SELECT id FROM patients WHERE id = ? OR merged_into = ? ORDER BY id FOR UPDATE',
    [id, id],
  );
  return rows.map((row) => row.id);
}

/** Reduces patients to their ids, and the account that managed them. */
export async function erasePatients(tx: EntityManager, ids: readonly number[], now: Date): Promise<void> {
  await execute(
    tx,
    `/* erase-patients */
     UPDATE patients SET given_name = NULL, family_name = NULL, birth_date = NULL, phone = NULL, email = NULL,
                         locale = NULL, notes = NULL, contact_by = 'none', erased_at = ?, version = version + 1
     WHERE id IN (?)`,
    [now, ids],
  );
  await execute(tx, '/* erase-patient-names */ DELETE FROM patient_names WHERE patient_id IN (?)', [ids]);
  await execute(tx, '/* erase-guardians */ DELETE FROM patient_guardians WHERE patient_id IN (?)', [ids]);
}
