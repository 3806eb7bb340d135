import type { DataSource } from 'typeorm';
import { inTransaction } from '../../database/in-transaction.js';
import { look, write } from '../../database/statement.js';
import { readMark, setMark } from './retention-marks.js';
import { BATCH, deleteInBatches, SETTLED } from './in-batches.js';

const DAY_MS = 24 * 60 * 60_000;
/** Bookings that had an unsettled notification when retention came by are looked at again for so long. */
const LOOK_BACK_MS = 30 * DAY_MS;
const BEGINNING = new Date(0);

/** A doctor's bookings that ended in some span of time. */
interface Span {
  readonly doctorId: number;
  readonly from: Date;
  readonly before: Date;
}

/** Deletes bookings that ended before, with their notifications. Answers how many. */
export async function deleteBookings(dataSource: DataSource, before: Date): Promise<number> {
  let deleted = 0;
  for (const doctorId of await doctors(dataSource)) {
    const find = (): Promise<number[]> => ended(dataSource, { doctorId, from: BEGINNING, before }, '');
    deleted += await deleteInBatches(find, (ids) =>
      inTransaction(dataSource, async (tx) => {
        await write(tx, 'DELETE FROM notifications WHERE booking_id IN (?)', [ids]);
        return (await write(tx, 'DELETE FROM bookings WHERE id IN (?)', [ids])).affectedRows;
      }),
    );
  }
  return deleted;
}

/**
 * Deletes the notifications of bookings that ended before: all of a booking or none, since the integrity check counts
 * them. It must know beforehand where they may be missing.
 */
export async function deleteNotificationsOfBookings(dataSource: DataSource, before: Date): Promise<number> {
  const done = await readMark(dataSource, 'notifications_done');
  const from = new Date(Math.max(0, done.getTime() - LOOK_BACK_MS));
  await setMark(dataSource, 'notifications_from', before);
  let deleted = 0;
  for (const doctorId of await doctors(dataSource)) {
    const withAny = 'AND EXISTS (SELECT 1 FROM notifications n WHERE n.booking_id = b.id)';
    const find = (): Promise<number[]> => ended(dataSource, { doctorId, from, before }, withAny);
    deleted += await deleteInBatches(find, (ids) =>
      inTransaction(dataSource, async (tx) => {
        return (await write(tx, 'DELETE FROM notifications WHERE booking_id IN (?)', [ids])).affectedRows;
      }),
    );
  }
  await setMark(dataSource, 'notifications_done', before);
  return deleted;
}

async function doctors(dataSource: DataSource): Promise<number[]> {
  return (await look<{ id: number }>(dataSource, 'SELECT id FROM doctors')).map(({ id }) => id);
}

/**
 * Bookings whose notifications are all settled: of others a job may still be queued. The dates, which the index
 * `bookings_doctor_day` has, are a day wider than the instants, whatever the doctor's time zone.
 */
async function ended(
  dataSource: DataSource,
  { doctorId, from, before }: Span,
  more: string,
): Promise<number[]> {
  const rows = await look<{ id: number }>(
    dataSource,
    `SELECT b.id FROM bookings b
     WHERE b.doctor_id = ? AND b.date BETWEEN ? AND ? AND b.ends_at < ? ${more}
       AND NOT EXISTS (SELECT 1 FROM notifications n WHERE n.booking_id = b.id AND n.state NOT IN (${SETTLED}))
     ORDER BY b.date, b.start_time LIMIT ${BATCH}`,
    [doctorId, dayOf(from.getTime() - DAY_MS), dayOf(before.getTime() + DAY_MS), before],
  );
  return rows.map(({ id }) => id);
}

function dayOf(instant: number): string {
  return new Date(Math.max(0, instant)).toISOString().slice(0, 10);
}
