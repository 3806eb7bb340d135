import { PATIENT_OF_ACCOUNT } from './self-patients.js';

type Run = (sql: string, parameters: unknown[]) => Promise<unknown>;

interface Many {
  readonly patientId: number;
  readonly doctorId: number;
  readonly count: number;
  /**
   * The start of the first one, in UTC: `2030-01-01 00:00:00`. For a doctor in another zone, the wall times are wrong.
   */
  readonly first: string;
  readonly everyMinutes: number;
}

/** Combines to the numbers below 100,000: recursion in MySQL is limited to a depth of a thousand. */
const NUMBERS = ['a', 'b', 'c', 'd', 'e']
  .map(
    (name) =>
      `(${Array.from({ length: 10 }, (_, digit) => `SELECT ${digit} AS n`).join(' UNION ALL ')}) ${name}`,
  )
  .join(' CROSS JOIN ');

/**
 * Inserts live bookings directly into the database, each with its confirmation, reminders and event. For callers that
 * need very many bookings; at most 100,000 at a time.
 */
export async function insertManyBookings(run: Run, many: Many): Promise<void> {
  const { patientId, doctorId, count, first, everyMinutes } = many;
  await run(
    `INSERT INTO bookings (uid, doctor_id, user_id, patient_id, date, start_time, duration_minutes, starts_at, ends_at, status,
                           version, created_at, updated_at)
     SELECT UUID(), ?, ?, ${PATIENT_OF_ACCOUNT}, DATE(t.at), TIME(t.at), 15, t.at, t.at + INTERVAL 15 MINUTE, 'booked', 1, NOW(3), NOW(3)
     FROM (SELECT CAST(? AS DATETIME) + INTERVAL n * ? MINUTE AS at
           FROM (SELECT a.n + 10 * b.n + 100 * c.n + 1000 * d.n + 10000 * e.n AS n FROM ${NUMBERS}) numbers
           WHERE n < ? ORDER BY n) t`,
    [doctorId, patientId, patientId, first, everyMinutes, count],
  );
  for (const [kind, state] of [
    ['booked', 'sent'],
    ['reminder_24h', 'pending'],
    ['reminder_1h', 'pending'],
  ]) {
    await run(
      `INSERT INTO notifications (booking_id, booking_version, kind, starts_at, duration_minutes, due_at, state,
                                  message_id, created_at)
       SELECT id, 1, ?, starts_at, 15, starts_at - INTERVAL 1 HOUR, ?, CONCAT('<', uid, ?, '@x>'), NOW(3)
       FROM bookings WHERE user_id = ?`,
      [kind, state, kind, patientId],
    );
  }
  await run(
    `INSERT INTO audit_events (at, actor_id, actor_role, action, subject, subject_id, address, request_id, particulars)
     SELECT NOW(3), user_id, 'user', 'booking.booked', 'booking', id, '127.0.0.1', uid, '{}' FROM bookings WHERE user_id = ?`,
    [patientId],
  );
}
