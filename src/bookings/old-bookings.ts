import type { DataSource } from 'typeorm';
import { BATCH, deleteInBatches } from '../database/in-batches.js';
import { inTransaction } from '../database/in-transaction.js';
import { query, execute } from '../database/statement.js';
import { findDoctorIds } from '../doctors/doctor.repository.js';
import { existsNotification, SETTLED } from '../outbox/notification.sql.js';
import { deleteNotificationsOf } from '../outbox/old-notifications.js';

const DAY_MS = 24 * 60 * 60_000;
const BEGINNING = new Date(0);

/** A doctor's bookings that ended in some span of time. */
interface Span {
  readonly doctorId: number;
  readonly from: Date;
  readonly before: Date;
}

/** Deletes bookings that ended before a moment, with their notifications, and returns how many. */
export async function deleteBookings(dataSource: DataSource, before: Date): Promise<number> {
  let deleted = 0;
  for (const doctorId of await findDoctorIds(dataSource)) {
    const find = (): Promise<number[]> => findEnded(dataSource, { doctorId, from: BEGINNING, before }, '');
    deleted += await deleteInBatches(find, (ids) =>
      inTransaction(dataSource, async (tx) => {
        await deleteNotificationsOf(tx, 'booking_id', ids);
        return (await execute(tx, '/* delete-bookings */ DELETE FROM bookings WHERE id IN (?)', [ids]))
          .affectedRows;
      }),
    );
  }
  return deleted;
}

/**
 * Deletes the notifications of bookings that ended in a span of time: all of a booking or none, because the integrity
 * check counts them.
 */
export async function deleteNotificationsOfBookings(
  dataSource: DataSource,
  span: Omit<Span, 'doctorId'>,
): Promise<number> {
  let deleted = 0;
  for (const doctorId of await findDoctorIds(dataSource)) {
    const hasNotifications = `AND ${existsNotification('n.booking_id = b.id')}`;
    const find = (): Promise<number[]> => findEnded(dataSource, { ...span, doctorId }, hasNotifications);
    deleted += await deleteInBatches(find, (ids) =>
      inTransaction(dataSource, (tx) => deleteNotificationsOf(tx, 'booking_id', ids)),
    );
  }
  return deleted;
}

/**
 * Bookings whose notifications are all settled: others may still have a queued job. The dates, which the index
 * `bookings_doctor_day` has, span a day more on each side than the instants, for any time zone.
 */
async function findEnded(
  dataSource: DataSource,
  { doctorId, from, before }: Span,
  condition: string,
): Promise<number[]> {
  const rows = await query<{ id: number }>(
    dataSource,
    `/* find-ended-bookings */ SELECT b.id FROM bookings b
     WHERE b.doctor_id = ? AND b.date BETWEEN ? AND ? AND b.ends_at < ? ${condition}
       AND NOT ${existsNotification(`n.booking_id = b.id AND n.state NOT IN (${SETTLED})`)}
     ORDER BY b.date, b.start_time LIMIT ${BATCH}`,
    [doctorId, dayOf(from.getTime() - DAY_MS), dayOf(before.getTime() + DAY_MS), before],
  );
  return rows.map(({ id }) => id);
}

function dayOf(instant: number): string {
  return new Date(Math.max(0, instant)).toISOString().slice(0, 10);
}
