import { randomUUID } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import { DataSource } from 'typeorm';
import { inTransaction } from '../../src/database/in-transaction.js';
import { Outbox } from '../../src/outbox/outbox.repository.js';
import type { BookingKind } from '../../src/outbox/notification-kind.js';
import type { Clinic, DoctorPerson, Person } from './clinic.js';
import { PATIENT_OF_ACCOUNT } from './self-patients.js';

const MINUTE_MS = 60_000;

/**
 * Inserts consecutive bookings of one minute each directly into the database, each with a notification that is due now.
 * For tests that need many bookings.
 *
 * @returns the bookings' ids
 */
export async function bookInBulk(
  clinic: Clinic,
  person: Person,
  { doctorId }: DoctorPerson,
  count: number,
  kind: BookingKind = 'booked',
): Promise<number[]> {
  const [last] = await clinic.query<{ end: Date | null }>(
    'SELECT MAX(ends_at) AS `end` FROM bookings WHERE doctor_id = ?',
    [doctorId],
  );
  const first = last!.end?.getTime() ?? clinic.clock.now() + 30 * 24 * 60 * MINUTE_MS;
  return inTransaction(clinic.app.get(DataSource), async (tx) => {
    const ids: number[] = [];
    for (let index = 0; index < count; index += 1) {
      const startsAt = first + index * MINUTE_MS;
      const at = new Date(startsAt).toISOString();
      const { insertId }: { insertId: number } = await tx.query(
        `INSERT INTO bookings (uid, doctor_id, user_id, patient_id, date, start_time, duration_minutes, starts_at, ends_at,
                               status, version, created_at, updated_at)
         VALUES (?, ?, ?, ${PATIENT_OF_ACCOUNT}, ?, ?, 1, ?, ?, 'booked', 1, NOW(), NOW())`,
        [
          randomUUID(),
          doctorId,
          person.id,
          person.id,
          at.slice(0, 10),
          at.slice(11, 16),
          new Date(startsAt),
          new Date(startsAt + MINUTE_MS),
        ],
      );
      ids.push(insertId);
    }
    await appendNotifications(clinic, tx, person, ids, { kind });
    return ids;
  });
}

/** Writes a notification that is due now for each of a patient's bookings. */
export async function appendNotifications(
  clinic: Clinic,
  tx: EntityManager,
  { id }: Person,
  bookingIds: readonly number[],
  { version = 1, kind = 'booked' }: { version?: number; kind?: BookingKind } = {},
): Promise<void> {
  const now = clinic.clock.now();
  const notifications = bookingIds.map((bookingId) => ({
    accountId: id,
    bookingId,
    bookingVersion: version,
    kind,
    doctorId: null,
    startsAt: now + 30 * 24 * 60 * MINUTE_MS,
    durationMinutes: 1,
    dueAt: now,
  }));
  await clinic.app.get(Outbox).append(tx, notifications);
}
