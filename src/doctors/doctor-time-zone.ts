import { Refusal } from '../errors/domain-error.js';
import { dateIn } from '../time/clinic-time.js';
import type { EpochMs } from '../time/interval.js';

/** For a doctor whose stored time zone is invalid: earlier versions did not validate it. */
export function unknownTimeZone(doctorId: number, timezone: string): Refusal {
  return new Refusal(
    'DOCTOR_TIME_ZONE',
    `The time zone of doctor ${doctorId}, ${timezone}, is unknown. An admin must set it: PATCH /api/doctors/${doctorId} with ` +
      'the IANA time zone of a place, such as America/Santiago.',
  );
}

/**
 * The date in the doctor's time zone at an instant, YYYY-MM-DD.
 *
 * @throws Refusal DOCTOR_TIME_ZONE
 */
export function dateAt({ id, timezone }: { id: number; timezone: string }, instant: EpochMs): string {
  try {
    return dateIn(timezone, instant);
  } catch (error) {
    if (error instanceof RangeError) throw unknownTimeZone(id, timezone);
    throw error;
  }
}
