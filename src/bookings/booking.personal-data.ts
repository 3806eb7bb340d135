import type { DataSource } from 'typeorm';
import { eventsAbout } from '../audit/event.personal-data.js';
import { type Pages, pagesOf, pagesOfAccount } from '../database/pages.js';
import { query } from '../database/statement.js';
import { notificationsOfBookings } from '../outbox/notification.personal-data.js';
import { BOOKINGS_WITH_DOCTORS } from './booking.sql.js';

/** The bookings of the account's patients. */
export function exportBookings(dataSource: DataSource, accountId: number): Pages {
  return bookingsOf(dataSource, bookingKeys(dataSource, accountId));
}

/** Reads by bookings, because no index has the notifications of an account side by side. */
export async function* exportNotificationsOfBookings(dataSource: DataSource, accountId: number): Pages {
  for await (const keys of bookingKeys(dataSource, accountId))
    yield* notificationsOfBookings(dataSource, idsOf(keys));
}

/** The bookings of a patient. */
export function exportBookingsOfPatient(dataSource: DataSource, patientId: number): Pages {
  return bookingsOf(dataSource, bookingKeysOfPatient(dataSource, patientId));
}

export async function* exportNotificationsOfPatient(dataSource: DataSource, patientId: number): Pages {
  for await (const keys of bookingKeysOfPatient(dataSource, patientId))
    yield* notificationsOfBookings(dataSource, idsOf(keys));
}

/** The events about the bookings of a patient. */
export async function* exportBookingEventsOfPatient(dataSource: DataSource, patientId: number): Pages {
  for await (const keys of bookingKeysOfPatient(dataSource, patientId))
    yield* eventsAbout(dataSource, 'booking', idsOf(keys));
}

async function* bookingsOf(dataSource: DataSource, pages: Pages): Pages {
  for await (const keys of pages) {
    yield await query(
      dataSource,
      `/* export-bookings */
       SELECT b.id, b.patient_id, d.name AS doctor_name, d.specialty, b.type_code, b.type_name, b.date, b.start_time,
              b.duration_minutes, b.starts_at, b.ends_at, b.status, b.note, b.cancel_reason, b.override_reason, b.created_at, b.updated_at
       FROM ${BOOKINGS_WITH_DOCTORS} WHERE b.id IN (?) ORDER BY b.starts_at, b.id`,
      [idsOf(keys)],
    );
  }
}

function idsOf(keys: readonly Record<string, unknown>[]): unknown[] {
  return keys.map(({ id }) => id);
}

/** The keys of an account's bookings, which an index has side by side. */
const bookingKeys = pagesOfAccount(
  '/* find-booking-keys */ SELECT starts_at, id FROM bookings WHERE user_id = ?',
  {
    starts_at: 'starts_at',
    id: 'id',
  },
);

/** The keys of a patient's bookings, in the same way. */
function bookingKeysOfPatient(dataSource: DataSource, patientId: number): Pages {
  return pagesOf(dataSource, {
    sql: '/* find-booking-keys-of-patient */ SELECT starts_at, id FROM bookings WHERE patient_id = ?',
    parameters: [patientId],
    key: { starts_at: 'starts_at', id: 'id' },
  });
}
