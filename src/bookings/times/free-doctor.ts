import type { Violation } from '../../availability/rules/rule.js';
import type { RuleCode } from '../../errors/rules.js';

/** A doctor whom a request with any doctor may be booked with. */
export interface FreeDoctor {
  readonly doctorId: number;
  /** How long the doctor's live bookings of the date are, together. */
  readonly bookedMinutes: number;
  /** Whether the desk overrides what stands against the time with this doctor. */
  readonly isOverridden: boolean;
}

/**
 * The doctor to book: one against whom nothing stands before one who needs the desk's override, then the one with the
 * least to do on the date, then the lowest id.
 */
export function freeDoctorOf<D extends FreeDoctor>(free: readonly D[]): D | undefined {
  return free.reduce<D | undefined>(
    (best, doctor) => (best && !isBefore(doctor, best) ? best : doctor),
    undefined,
  );
}

function isBefore(doctor: FreeDoctor, other: FreeDoctor): boolean {
  if (doctor.isOverridden !== other.isOverridden) return other.isOverridden;
  return (doctor.bookedMinutes - other.bookedMinutes || doctor.doctorId - other.doctorId) < 0;
}

/** Rules about the type, the time and the patient: with another doctor they may stand just the same. */
const ABOUT_NO_DOCTOR: readonly RuleCode[] = [
  'NOT_OFFERED',
  'NO_SUCH_TIME',
  'NOT_IN_FUTURE',
  'TOO_SOON',
  'TOO_FAR',
  'PATIENT_BUSY',
  'TOO_MANY_BOOKINGS',
];

/**
 * The violations that are the same with every doctor, in the order of the rules. Empty if another doctor might have been
 * free.
 *
 * @param found what stands against the time with each doctor
 */
export function standingWithAll(found: readonly (readonly Violation[])[]): Violation[] {
  const [first = [], ...others] = found;
  return first.filter(
    ({ code }) =>
      ABOUT_NO_DOCTOR.includes(code) &&
      others.every((violations) => violations.some((violation) => violation.code === code)),
  );
}
