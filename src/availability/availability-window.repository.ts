import type { DataSource, EntityManager } from 'typeorm';
import { query } from '../database/statement.js';
import { DOCTOR_ID_OF_ACCOUNT } from '../doctors/doctor.sql.js';
import { AvailabilityWindow } from './availability-window.entity.js';

/** The statements of the `availability_windows` table. */

type Restrictions = Pick<AvailabilityWindow, 'validFrom' | 'validUntil' | 'typeIds'>;

/** Without restrictions, it is valid on all dates and for every request. */
export type NewWindow = Omit<AvailabilityWindow, 'id' | keyof Restrictions> & Partial<Restrictions>;

/** A doctor's windows, by day and start. */
export function findWindowsOf(
  dataSource: DataSource,
  owner: 'doctor' | 'account',
  id: number,
): Promise<AvailabilityWindow[]> {
  return query(
    dataSource,
    `/* find-windows */ SELECT id, doctor_id AS doctorId, day_of_week AS dayOfWeek, start_time AS startTime, end_time AS endTime
     FROM availability_windows WHERE doctor_id = ${owner === 'doctor' ? '?' : DOCTOR_ID_OF_ACCOUNT}
     ORDER BY day_of_week, start_time`,
    [id],
  );
}

export async function insertWindow(tx: EntityManager, window: NewWindow): Promise<AvailabilityWindow> {
  const added = tx.create(AvailabilityWindow, window);
  await tx
    .createQueryBuilder()
    .insert()
    .into(AvailabilityWindow)
    .values(added)
    .comment('insert-window')
    .execute();
  return added;
}

export async function insertWindows(tx: EntityManager, windows: readonly NewWindow[]): Promise<void> {
  await tx.insert(AvailabilityWindow, [...windows]);
}
