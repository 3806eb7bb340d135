import type { DataSource } from 'typeorm';
import { type Pages, pagesOfAccount } from '../database/pages.js';
import { query } from '../database/statement.js';
import { notificationsOfBookings } from '../outbox/notification.personal-data.js';
import { BOOKINGS_WITH_DOCTORS } from './booking.sql.js';

/** The bookings of the account as a patient. */
export async function* exportBookings(dataSource: DataSource, accountId: number): Pages {
  for await (const keys of bookingKeys(dataSource, accountId)) {
    yield await query(
      dataSource,
      `/* export-bookings */
       SELECT b.id, d.name AS doctor_name, d.specialty, b.date, b.start_time, b.duration_minutes, b.starts_at, b.ends_at,
              b.status, b.created_at, b.updated_at
       FROM ${BOOKINGS_WITH_DOCTORS} WHERE b.id IN (?) ORDER BY b.starts_at, b.id`,
      [keys.map(({ id }) => id)],
    );
  }
}

/** Reads by bookings, because no index has the notifications of an account side by side. */
export async function* exportNotificationsOfBookings(dataSource: DataSource, accountId: number): Pages {
  for await (const bookings of bookingKeys(dataSource, accountId)) {
    yield* notificationsOfBookings(
      dataSource,
      bookings.map(({ id }) => id),
    );
  }
}

/** The keys of an account's bookings, which an index has side by side. */
const bookingKeys = pagesOfAccount(
  '/* find-booking-keys */ SELECT starts_at, id FROM bookings WHERE user_id = ?',
  {
    starts_at: 'starts_at',
    id: 'id',
  },
);
