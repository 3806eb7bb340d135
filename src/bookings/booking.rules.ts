import type { DoctorDay, Obstacle } from '../availability/doctor-day.js';
import { Refusal } from '../errors/domain-error.js';
import type { EpochMs, Interval } from '../time/interval.js';
import { parseWallTime } from '../time/wall-time.js';

/** A time that a patient asks for. */
export interface RequestedTime {
  /** YYYY-MM-DD at the doctor's. */
  readonly date: string;
  /** HH:MM at the doctor's. */
  readonly time: string;
  readonly durationMinutes: number;
}

const SENTENCES: Record<Obstacle, (requested: RequestedTime) => string> = {
  NO_SUCH_TIME: ({ date, time }) =>
    `${time} does not exist on ${date}: the clocks go forward past it. Choose another time.`,
  NOT_IN_FUTURE: ({ date, time }) => `${date} ${time} is not in the future. Choose a later time.`,
  OUTSIDE_AVAILABILITY: ({ date, time, durationMinutes }) =>
    `The doctor does not see patients for ${durationMinutes} minutes from ${time} on ${date}. Choose one of the available slots.`,
  EXCEPTION: ({ date, time }) =>
    `The doctor is away at ${time} on ${date}. Choose one of the available slots.`,
  TAKEN: ({ date, time }) => `${time} on ${date} is already taken. Choose one of the available slots.`,
};

/** An appointment that may be booked, in real time, and the open time that it lies in. */
export interface Bookable {
  readonly appointment: Interval;
  readonly open: Interval;
}

/**
 * The appointment, if it may be booked.
 *
 * @throws Refusal with the obstacle as its code, and a sentence for the patient
 */
export function assertBookable(day: DoctorDay, requested: RequestedTime, now: EpochMs): Bookable {
  const start = parseWallTime(requested.time);
  const obstacle = day.obstacleTo(start, requested.durationMinutes, now);
  if (obstacle) throw new Refusal(obstacle, SENTENCES[obstacle](requested));
  const appointment = day.appointment(start, requested.durationMinutes)!;
  return { appointment, open: day.openAround(appointment)! };
}

/**
 * Patients change their own appointments until they begin.
 *
 * @throws Refusal BOOKING_STARTED
 */
export function assertNotStarted({ startsAt }: { readonly startsAt: EpochMs }, now: EpochMs): void {
  if (startsAt <= now) {
    throw new Refusal('BOOKING_STARTED', 'This booking has already started and can no longer be changed.');
  }
}

/** Whether a booking is at that time, and of that length, already. */
export function isAt(booking: RequestedTime, requested: RequestedTime): boolean {
  return (
    booking.date === requested.date &&
    booking.time === requested.time &&
    booking.durationMinutes === requested.durationMinutes
  );
}

/**
 * The fields that a patient wants changed.
 *
 * @throws Refusal NOTHING_TO_CHANGE
 */
export function changeOf(wishes: {
  [Key in keyof RequestedTime]?: RequestedTime[Key] | undefined;
}): Partial<RequestedTime> {
  const change = Object.fromEntries(Object.entries(wishes).filter(([, value]) => value !== undefined));
  if (Object.keys(change).length === 0) {
    throw new Refusal('NOTHING_TO_CHANGE', 'Send at least one of date, time and duration.');
  }
  return change;
}

/** The one answer for another patient's booking, an unknown one and one already cancelled. */
export function noSuchBooking(): Refusal {
  return new Refusal('BOOKING_NOT_FOUND', 'Booking not found or already cancelled');
}

/** The one answer for another person's booking and an unknown one, where a page should go on after it. */
export function unknownLastBooking(): Refusal {
  const message = 'after must be the id of a booking of this list: the last one that you were shown.';
  return new Refusal('UNKNOWN_BOOKING', message, [{ field: 'after', message }]);
}

/** There is no doctor of that id. */
export function unknownDoctor(doctorId: number): Refusal {
  const message = `There is no doctor ${doctorId}.`;
  return new Refusal('UNKNOWN_DOCTOR', message, [{ field: 'doctor_id', message }]);
}

/** The refusal for a time that somebody else has. */
export function taken(requested: RequestedTime): Refusal {
  return new Refusal('TAKEN', SENTENCES.TAKEN(requested));
}
