import type { EpochMs } from '../../src/time/interval.js';
import { instantOf, MINUTE_MS, wallAt } from './calendar.js';
import type { Minutes, PlannedBooking, PlannedDoctor } from './plan.js';
import {
  endOf,
  isExcepted,
  isIn,
  type Judged,
  type ReferenceClinic,
  servingWindows,
} from './reference-clinic.js';
import { valuesOf } from './reference-values.js';

/**
 * Whether a free start leaves no gap that is too short to use: what stays free right before and right after it is
 * nothing, or as long as the doctor's shortest type.
 */
export function isTight(clinic: ReferenceClinic, judged: Judged, time: Minutes): boolean {
  const { doctor, date, values } = judged;
  const start = instantOf(doctor.timezone, date, time)!;
  const end = start + values.durationMinutes * MINUTE_MS;
  const shortest = shortestOf(clinic, doctor) ?? values.durationMinutes;
  const windows = servingWindows(judged);
  const bookings = clinic.plan.bookings.filter(
    ({ doctorId, status }) => doctorId === doctor.id && status !== 'cancelled',
  );
  // A minute of the date in a window, in no exception, and in reach of no booking, with the buffers between.
  const isUsable = (minute: EpochMs): boolean => {
    const wall = wallAt(doctor.timezone, minute);
    return (
      wall.date === date &&
      isIn(windows, wall.minutes) &&
      !isExcepted(doctor, date, wall.minutes) &&
      !bookings.some((booking) => isInReach(judged, booking, minute))
    );
  };
  let [before, after] = [0, 0];
  while (isUsable(start - (before + 1) * MINUTE_MS)) before += 1;
  while (isUsable(end + after * MINUTE_MS)) after += 1;
  return [before, after].every((rest) => rest === 0 || rest >= shortest);
}

/** The length of the shortest active type that a doctor offers. */
export function shortestOf(
  { plan }: ReferenceClinic,
  { id: doctorId, offers }: PlannedDoctor,
): Minutes | undefined {
  const lengths = offers
    .map(({ typeId }) => valuesOf(plan, { doctorId, typeId, durationMinutes: 0 }))
    .filter(({ isOffered }) => isOffered)
    .map(({ durationMinutes }) => durationMinutes);
  return lengths.length > 0 ? Math.min(...lengths) : undefined;
}

/** The longer of two buffers is kept between the appointment and a booking. */
function isInReach({ values }: Judged, booking: PlannedBooking, minute: EpochMs): boolean {
  const before = Math.max(booking.bufferBefore, values.bufferAfter) * MINUTE_MS;
  const after = Math.max(booking.bufferAfter, values.bufferBefore) * MINUTE_MS;
  return booking.startsAt - before <= minute && minute < endOf(booking) + after;
}
