import type { EntityManager } from 'typeorm';
import { look, type Source } from '../database/statement.js';
import { Doctor } from './doctor.entity.js';

/** The statements of the `doctors` table on behalf of other rooms. */

export async function findDoctorIds(source: Source): Promise<number[]> {
  return (await look<{ id: number }>(source, 'SELECT id FROM doctors')).map(({ id }) => id);
}

/** The doctor, whom nobody changes until the transaction ends. */
export function lockDoctor(tx: EntityManager, id: number): Promise<Doctor | null> {
  return tx.findOne(Doctor, { where: { id }, lock: { mode: 'pessimistic_write' } });
}

export async function changeTimeZone(tx: EntityManager, id: number, timezone: string): Promise<void> {
  await tx.update(Doctor, { id }, { timezone });
}
