import type { EpochMs } from '../time/interval.js';
import type { Booking, BookingStatus } from './booking.js';

/** Which status can follow which. A booking is cancelled in another way. */
const NEXT: Readonly<Record<BookingStatus, readonly BookingStatus[]>> = {
  booked: ['arrived', 'fulfilled', 'noshow'],
  arrived: ['fulfilled', 'booked'],
  noshow: ['arrived', 'booked'],
  fulfilled: ['arrived'],
  cancelled: [],
};

/** Whether a step takes something back that was recorded: it needs a reason. */
export function isStepBack(from: BookingStatus, to: BookingStatus): boolean {
  return from !== 'booked' && !(from === 'arrived' && to === 'fulfilled');
}

/**
 * The statuses that a booking can get now. Steps back are possible on the day of the appointment, as is `arrived`;
 * `noshow` only after the start. Pure.
 *
 * @param today the doctor's local date, YYYY-MM-DD
 */
export function possibleStatuses(
  { status, date, startsAt }: Pick<Booking, 'status' | 'date' | 'startsAt'>,
  today: string,
  now: EpochMs,
): BookingStatus[] {
  return NEXT[status].filter((next) => {
    if (next === 'noshow' && startsAt > now) return false;
    return date === today || (next !== 'arrived' && !isStepBack(status, next));
  });
}

/** When a status that could follow another one cannot: to complete "cannot become arrived". Pure. */
export function whenNotPossible({ status }: Pick<Booking, 'status'>, wanted: BookingStatus): string {
  if (wanted === 'cancelled') return ' here';
  if (!NEXT[status].includes(wanted)) return '';
  return wanted === 'noshow' ? ' before its start' : ' on another day';
}
