import type { DataSource, EntityManager } from 'typeorm';
import { query } from '../database/statement.js';
import { DOCTOR_ID_OF_ACCOUNT } from '../doctors/doctor.sql.js';
import { AvailabilityWindow } from './availability-window.entity.js';

/** The statements of the `availability_windows` table. */

/** The columns of an `AvailabilityWindow`. */
export const WINDOW_COLUMNS = `id, doctor_id AS doctorId, day_of_week AS dayOfWeek, start_time AS startTime,
  end_time AS endTime, valid_from AS validFrom, valid_until AS validUntil, type_ids AS typeIds`;

export type NewWindow = Omit<AvailabilityWindow, 'id'>;

/** A doctor's windows on a weekday. */
export function findWindowsOfWeekday(
  tx: EntityManager,
  doctorId: number,
  dayOfWeek: number,
): Promise<AvailabilityWindow[]> {
  return tx.findBy(AvailabilityWindow, { doctorId, dayOfWeek });
}

/** A doctor's windows, by day and start. */
export function findWindowsOf(
  dataSource: DataSource,
  owner: 'doctor' | 'account',
  id: number,
): Promise<AvailabilityWindow[]> {
  return query(
    dataSource,
    `/* find-windows */ SELECT ${WINDOW_COLUMNS}
     FROM availability_windows WHERE doctor_id = ${owner === 'doctor' ? '?' : DOCTOR_ID_OF_ACCOUNT}
     ORDER BY day_of_week, start_time, id`,
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
