import type { SchedulingParameters } from '../../appointment-types/scheduling-parameters.js';
import type { Interval } from '../../time/interval.js';
import type { BusyTime } from '../schedule-day.js';
import type { Rule } from './rule.js';

const MINUTE_MS = 60_000;

type Buffers = Pick<SchedulingParameters, 'bufferBefore' | 'bufferAfter'>;

/** Between two neighbours lies the longer of the earlier one's buffer after and the later one's buffer before. */
export const buffer: Rule = {
  code: 'BUFFER',
  isOverridable: true,
  message: ({ date, time }) =>
    `${time} on ${date} is too close to another appointment. Choose one of the available slots.`,
  isViolated: (appointment, { bookings }, { parameters }) => {
    if (!appointment) return false;
    for (const booking of bookings) {
      if (isTooClose(booking, appointment, parameters)) return true;
    }
    return false;
  },
};

/** False if the two overlap: they are no neighbours. */
function isTooClose(
  booking: BusyTime,
  appointment: Interval,
  { bufferBefore, bufferAfter }: Buffers,
): boolean {
  if (booking.end <= appointment.start)
    return appointment.start - booking.end < MINUTE_MS * Math.max(booking.bufferAfter ?? 0, bufferBefore);
  if (appointment.end <= booking.start)
    return booking.start - appointment.end < MINUTE_MS * Math.max(bufferAfter, booking.bufferBefore ?? 0);
  return false;
}
