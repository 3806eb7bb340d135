import type { EntityManager } from 'typeorm';
import { joinAccount, mailAddressOf } from '../auth/accounts/account.sql.js';
import { query, type Source } from '../database/statement.js';
import { Doctor } from './doctor.entity.js';

/** The statements of the `doctors` table. */

export type Profile = Omit<Doctor, 'createdAt'>;

/** A profile with the address of its account. */
export interface DoctorWithAccount {
  readonly doctor: Profile;
  readonly userEmail: string;
}

const COLUMNS = 'd.id, d.user_id AS userId, d.name, d.specialty, d.email, d.timezone, d.active, d.version';

/** All doctors, by name. */
export function listDoctors(source: Source): Promise<Profile[]> {
  return query(source, `/* list-doctors */ SELECT ${COLUMNS} FROM doctors d ORDER BY d.name, d.id`);
}

/** All doctors with their accounts' addresses, by name. */
export async function listDoctorsWithAccounts(source: Source): Promise<DoctorWithAccount[]> {
  const rows = await query<Profile & { userEmail: string }>(
    source,
    `/* list-doctors-with-accounts */ SELECT ${COLUMNS}, ${mailAddressOf()} AS userEmail
     FROM doctors d ${joinAccount('d.user_id')} ORDER BY d.name, d.id`,
  );
  return rows.map(({ userEmail, ...doctor }) => ({ doctor, userEmail }));
}

export async function findDoctorIds(source: Source): Promise<number[]> {
  const rows = await query<{ id: number }>(source, '/* find-doctor-ids */ SELECT id FROM doctors');
  return rows.map(({ id }) => id);
}

/** The doctor, locked until the transaction ends. */
export function lockDoctor(tx: EntityManager, id: number): Promise<Doctor | null> {
  return tx.findOne(Doctor, { where: { id }, lock: { mode: 'pessimistic_write' } });
}

/**
 * Locks the doctor until the transaction ends, shared with others who book: a change of the profile waits for them, and
 * they for it.
 */
export async function shareDoctor(tx: EntityManager, id: number): Promise<void> {
  await query(tx, '/* share-doctor */ SELECT id FROM doctors WHERE id = ? LOCK IN SHARE MODE', [id]);
}

export async function changeTimeZone(tx: EntityManager, id: number, timezone: string): Promise<void> {
  await tx.update(Doctor, { id }, { timezone });
}
