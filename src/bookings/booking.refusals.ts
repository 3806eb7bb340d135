import { evaluate } from '../availability/evaluate.js';
import type { RequestedTime, Violation } from '../availability/rules/rule.js';
import { taken } from '../availability/rules/taken.js';
import type { Schedule } from '../availability/schedule.js';
import { Refusal } from '../errors/domain-error.js';
import type { EpochMs, Interval } from '../time/interval.js';

export type { RequestedTime };

/** A time that may be booked, and when it was evaluated. */
export interface BookableTime {
  /** The requested time as instants. */
  readonly appointment: Interval;
  /** The availability that contains the appointment. */
  readonly availability: Interval;
  /** The doctor's time zone, IANA. */
  readonly timezone: string;
  readonly now: EpochMs;
}

/**
 * The requested time, if it may be booked.
 *
 * @throws Refusal of the first rule that the time violates
 */
export function assertBookable(schedule: Schedule, requested: RequestedTime, now: EpochMs): BookableTime {
  const { appointment, violations } = evaluate(requested, schedule, now);
  if (violations[0]) throw refusalOf(violations[0], requested);
  const { start, end, availability } = appointment!;
  return { appointment: { start, end }, availability: availability!, timezone: schedule.timezone, now };
}

/**
 * Patients may change their own appointments until they begin.
 *
 * @throws Refusal BOOKING_STARTED
 */
export function assertNotStarted({ startsAt }: { readonly startsAt: EpochMs }, now: EpochMs): void {
  if (startsAt <= now) {
    throw new Refusal('BOOKING_STARTED', 'This booking has already started and can no longer be changed.');
  }
}

/** Whether a booking already has that time and length. */
export function isAt(booking: RequestedTime, requested: RequestedTime): boolean {
  return (
    booking.date === requested.date &&
    booking.time === requested.time &&
    booking.durationMinutes === requested.durationMinutes
  );
}

/**
 * The fields of a request that are to change.
 *
 * @throws Refusal NOTHING_TO_CHANGE
 */
export function changeOf(fields: {
  [Key in keyof RequestedTime]?: RequestedTime[Key] | undefined;
}): Partial<RequestedTime> {
  const change = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
  if (Object.keys(change).length === 0) {
    throw new Refusal('NOTHING_TO_CHANGE', 'Send at least one of date, time and duration.');
  }
  return change;
}

/** The one answer for another patient's booking, an unknown one and one already cancelled. */
export function bookingNotFound(): Refusal {
  return new Refusal('BOOKING_NOT_FOUND', 'Booking not found or already cancelled');
}

/** The one answer for another person's booking and an unknown one, as the `after` of a page. */
export function unknownLastBooking(): Refusal {
  const message = 'after must be the id of the last booking on the previous page.';
  return new Refusal('UNKNOWN_BOOKING', message, [{ field: 'after', message }]);
}

/** There is no doctor of that id. */
export function unknownDoctor(doctorId: number): Refusal {
  const message = `Doctor ${doctorId} not found.`;
  return new Refusal('UNKNOWN_DOCTOR', message, [{ field: 'doctor_id', message }]);
}

/** The refusal of a time that another booking has. */
export function takenRefusal(requested: RequestedTime): Refusal {
  return refusalOf(taken, requested);
}

function refusalOf({ code, message }: Violation, requested: RequestedTime): Refusal {
  return new Refusal(code, message(requested));
}
