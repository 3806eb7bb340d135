import { DoctorDay } from '../availability/doctor-day.js';
import { look, type Source } from '../database/statement.js';
import { unknownTimeZone } from '../doctors/doctor-time-zone.js';
import { ClinicDay } from '../time/clinic-day.js';
import { dayOfWeek } from '../time/clinic-time.js';
import type { Interval } from '../time/interval.js';

interface Part {
  readonly part: 'doctor' | 'window' | 'exception' | 'busy';
  readonly timezone: string | null;
  /** Minutes of the doctor's day; of a busy time seconds since 1970. Null for a full day. */
  readonly start: number | null;
  readonly end: number | null;
  /** Of a busy time the minute at which it begins on the doctor's clock. */
  readonly wall: number | null;
}

// A doctor's bookings of one date cannot overlap those of another, so the date is all that needs looking at,
// however long the doctor's history. Numbers, since they are quicker to send and to read than times.
const ONE_DAY = `
  SELECT 'doctor' AS part, timezone, NULL AS start, NULL AS end, NULL AS wall FROM doctors WHERE id = ?
  UNION ALL
  SELECT 'window', NULL, TIME_TO_SEC(start_time) DIV 60, TIME_TO_SEC(end_time) DIV 60, NULL
  FROM availability_windows WHERE doctor_id = ? AND day_of_week = ?
  UNION ALL
  SELECT 'exception', NULL, TIME_TO_SEC(start_time) DIV 60, TIME_TO_SEC(end_time) DIV 60, NULL
  FROM exceptions WHERE doctor_id = ? AND date = ?
  UNION ALL
  SELECT 'busy', NULL, TIMESTAMPDIFF(SECOND, '1970-01-01', starts_at), TIMESTAMPDIFF(SECOND, '1970-01-01', ends_at),
         TIME_TO_SEC(start_time) DIV 60
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
 * @throws Refusal DOCTOR_TIME_ZONE
 */
export async function readDoctorDay(
  source: Source,
  doctorId: number,
  date: string,
  movingId = 0,
): Promise<FoundDay | undefined> {
  const parts = await look<Part>(source, ONE_DAY, [
    doctorId,
    doctorId,
    dayOfWeek(date),
    doctorId,
    date,
    doctorId,
    date,
    movingId,
  ]);
  const doctor = parts.find(({ part }) => part === 'doctor');
  if (!doctor) return undefined;
  const timezone = doctor.timezone!;
  const clinicDay = ClinicDay.find(date, timezone);
  if (!clinicDay) throw unknownTimeZone(doctorId, timezone);
  const of = (wanted: Part['part']): Part[] => parts.filter(({ part }) => part === wanted);
  const day = new DoctorDay(
    clinicDay,
    of('window').map(wallRange),
    of('exception').map((part) => (part.start === null ? 'full day' : wallRange(part))),
    of('busy').flatMap((part) => timesTakenBy(part, clinicDay)),
  );
  return { day, timezone };
}

/**
 * The stored time of a booking. Where other time zone data was in use when it was stored, also the time that its wall
 * clock means now: until its instants are renewed, neither may be sold again.
 */
function timesTakenBy({ start, end, wall }: Part, day: ClinicDay): Interval[] {
  const stored = { start: start! * 1000, end: end! * 1000 };
  const meant = day.instantOf(wall!);
  if (meant === undefined || meant === stored.start) return [stored];
  return [stored, { start: meant, end: meant + stored.end - stored.start }];
}

function wallRange({ start, end }: Part): { start: number; end: number } {
  return { start: start!, end: end! };
}
