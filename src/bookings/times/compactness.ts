import type { AvailableAppointment } from '../../availability/evaluate.js';
import type { BusyTime, ScheduleDay } from '../../availability/schedule-day.js';
import type { SchedulingParameters } from '../../appointment-types/scheduling-parameters.js';

const MINUTE_MS = 60_000;

type Buffers = Pick<SchedulingParameters, 'bufferBefore' | 'bufferAfter'>;

/**
 * Whether an available appointment leaves no gap that is too short: what stays free before it and after it, within its
 * window, is nothing, or long enough for an appointment. The time that must stay free as a buffer is no gap. Pure.
 *
 * @param shortestMinutes of the appointments that could fill a gap
 */
export function leavesNoGap(
  { start, end, availability }: AvailableAppointment,
  { exceptions, bookings }: Pick<ScheduleDay, 'exceptions' | 'bookings'>,
  buffers: Buffers,
  shortestMinutes: number,
): boolean {
  let [from, to] = [availability.start, availability.end];
  for (const exception of exceptions) {
    if (exception.end <= start) from = Math.max(from, exception.end);
    if (exception.start >= end) to = Math.min(to, exception.start);
  }
  for (const booking of bookings) {
    if (booking.end <= start) from = Math.max(from, booking.end + bufferBetween(booking, buffers));
    if (booking.start >= end) to = Math.min(to, booking.start - bufferBetween(buffers, booking));
  }
  const isFilled = (gap: number): boolean => gap <= 0 || gap >= shortestMinutes * MINUTE_MS;
  return isFilled(start - from) && isFilled(to - end);
}

/** How long two neighbours must be apart. */
function bufferBetween(
  { bufferAfter = 0 }: Pick<BusyTime, 'bufferAfter'>,
  { bufferBefore = 0 }: Pick<BusyTime, 'bufferBefore'>,
): number {
  return MINUTE_MS * Math.max(bufferAfter, bufferBefore);
}
