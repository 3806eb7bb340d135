import type { EntityManager } from 'typeorm';
import { joinAccount, mailAddressOf } from '../auth/accounts/account.sql.js';
import { query, type Source } from '../database/statement.js';
import { Doctor } from './doctor.entity.js';

/** The statements of the `doctors` table. */

export type Profile = Omit<Doctor, 'createdAt' | 'timezoneSince'>;

/** A profile with the address of its account. */
export interface DoctorWithAccount {
  readonly doctor: Profile;
  readonly userEmail: string;
}

const COLUMNS = 'd.id, d.user_id AS userId, d.name, d.specialty, d.email, d.timezone, d.active, d.version';

/** All active doctors, by name. */
export function listActiveDoctors(source: Source): Promise<Profile[]> {
  return query(
    source,
    `/* list-doctors */ SELECT ${COLUMNS} FROM doctors d WHERE d.active = 1 ORDER BY d.name, d.id`,
  );
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

export function findDoctor(tx: EntityManager, id: number): Promise<Doctor | null> {
  return tx.findOneBy(Doctor, { id });
}

/** The doctor, locked until the transaction ends. */
export function lockDoctor(tx: EntityManager, id: number): Promise<Doctor | null> {
  return tx.findOne(Doctor, { where: { id }, lock: { mode: 'pessimistic_write' } });
}

/** The doctor with this account, locked until the transaction ends. */
export function lockDoctorOfAccount(tx: EntityManager, userId: number): Promise<Doctor | null> {
  return tx.findOne(Doctor, { where: { userId }, lock: { mode: 'pessimistic_write' } });
}

/**
 * Locks the doctor until the transaction ends, shared with others who book: a change of the profile waits for them, and
 * they for it.
 */
export async function shareDoctor(tx: EntityManager, id: number): Promise<void> {
  await query(tx, '/* share-doctor */ SELECT id FROM doctors WHERE id = ? LOCK IN SHARE MODE', [id]);
}

export async function updateDoctor(
  tx: EntityManager,
  id: number,
  values: Partial<Omit<Doctor, 'id'>>,
): Promise<void> {
  await tx.update(Doctor, { id }, values);
}
