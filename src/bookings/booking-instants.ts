import { ClinicDay } from '../time/clinic-day.js';
import type { EpochMs, Interval } from '../time/interval.js';
import { parseWallTime, type WallMinutes } from '../time/wall-time.js';
import type { Booking } from './booking.js';

const MINUTE_MS = 60_000;

type AtWallTime = Pick<Booking, 'date' | 'time' | 'durationMinutes' | 'timezone'>;

/**
 * The instants that a booking's date and time mean by the time zone data of this process; undefined if there are none.
 */
export function instantsMeantBy({ date, time, durationMinutes, timezone }: AtWallTime): Interval | undefined {
  return ClinicDay.find(date, timezone)?.intervalFrom(parseWallTime(time), durationMinutes);
}

/**
 * The times that a live booking takes: the stored one and, if it was stored under other time zone data, also the one
 * that its wall time means now. Until its instants are renewed, neither may be booked again.
 *
 * @param start its wall time
 * @param day its date in the doctor's zone
 */
export function timesTakenBy(stored: Interval, start: WallMinutes, day: ClinicDay): Interval[] {
  const meant = day.intervalFrom(start, (stored.end - stored.start) / MINUTE_MS);
  return !meant || meant.start === stored.start ? [stored] : [stored, meant];
}

/** Whether a booking has the instants that its date and time mean. */
export function hasInstants(
  { startsAt, endsAt }: Pick<Booking, 'startsAt' | 'endsAt'>,
  meant: Interval,
): boolean {
  return startsAt === meant.start && endsAt === meant.end;
}

/** A booking with wrong instants, and the start that it should have: undefined if its wall time means no instant. */
export interface WrongBooking {
  readonly id: number;
  readonly startsAt: EpochMs;
  readonly meantStart: EpochMs | undefined;
}

/**
 * The order in which bookings can get their instants without overlapping one that is still to follow: first those that
 * become later, from the last to the first, then those that become earlier, from the first to the last.
 */
export function inRenewalOrder(bookings: readonly WrongBooking[]): WrongBooking[] {
  const becomesLater = ({ startsAt, meantStart = startsAt }: WrongBooking): boolean => meantStart > startsAt;
  const later = bookings.filter(becomesLater).sort((a, b) => b.startsAt - a.startsAt);
  const others = bookings.filter((booking) => !becomesLater(booking)).sort((a, b) => a.startsAt - b.startsAt);
  return [...later, ...others];
}
