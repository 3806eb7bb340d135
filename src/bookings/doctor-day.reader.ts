import type { DataSource, EntityManager } from 'typeorm';
import { DoctorDay } from '../availability/doctor-day.js';
import { ClinicDay } from '../time/clinic-day.js';
import { dayOfWeek } from '../time/clinic-time.js';
import { parseWallTime } from '../time/wall-time.js';

interface Part {
  readonly part: 'doctor' | 'window' | 'exception' | 'busy';
  readonly timezone: string | null;
  readonly start_time: string | null;
  readonly end_time: string | null;
  readonly starts_at: Date | null;
  readonly ends_at: Date | null;
}

// A doctor's bookings of one date cannot overlap those of another, so the date is all that needs looking at,
// however long the doctor's history.
const ONE_DAY = `
  SELECT 'doctor' AS part, timezone, NULL AS start_time, NULL AS end_time, NULL AS starts_at, NULL AS ends_at
  FROM doctors WHERE id = ?
  UNION ALL
  SELECT 'window', NULL, start_time, end_time, NULL, NULL
  FROM availability_windows WHERE doctor_id = ? AND day_of_week = ?
  UNION ALL
  SELECT 'exception', NULL, start_time, end_time, NULL, NULL
  FROM exceptions WHERE doctor_id = ? AND date = ?
  UNION ALL
  SELECT 'busy', NULL, NULL, NULL, starts_at, ends_at
  FROM bookings WHERE doctor_id = ? AND date = ? AND status = 'booked' AND id <> ?`;

export interface FoundDay {
  readonly day: DoctorDay;
  /** The doctor's, IANA. */
  readonly timezone: string;
}

/**
 * Reads all that decides which times of a doctor's date are open, in one statement.
 *
 * @param source a transaction that holds the day, or the pool for a mere look
 * @param date YYYY-MM-DD at the doctor's
 * @param movingId a booking whose time does not count as taken, since it is about to move
 * @returns undefined if there is no such doctor
 */
export async function readDoctorDay(
  source: EntityManager | DataSource,
  doctorId: number,
  date: string,
  movingId = 0,
): Promise<FoundDay | undefined> {
  const parts: Part[] = await source.query(ONE_DAY, [
    doctorId,
    doctorId,
    dayOfWeek(date),
    doctorId,
    date,
    doctorId,
    date,
    movingId,
  ]);
  const timezone = parts.find(({ part }) => part === 'doctor')?.timezone;
  if (!timezone) return undefined;
  const of = (wanted: Part['part']): Part[] => parts.filter(({ part }) => part === wanted);
  const day = new DoctorDay(
    ClinicDay.of(date, timezone),
    of('window').map(wallRange),
    of('exception').map((part) => (part.start_time === null ? 'full day' : wallRange(part))),
    of('busy').map((part) => ({ start: part.starts_at!.getTime(), end: part.ends_at!.getTime() })),
  );
  return { day, timezone };
}

function wallRange(part: Part): { start: number; end: number } {
  return { start: parseWallTime(part.start_time!), end: parseWallTime(part.end_time!) };
}
