import { ClinicDay } from '../time/clinic-day.js';
import type { EpochMs, Interval } from '../time/interval.js';
import { parseWallTime } from '../time/wall-time.js';
import type { Booking } from './booking.js';

const MINUTE_MS = 60_000;

type AtWallTime = Pick<Booking, 'date' | 'time' | 'durationMinutes' | 'timezone'>;

/** The instants that a booking's date and time mean by the rules that this process knows; undefined if there are none. */
export function instantsMeantBy({ date, time, durationMinutes, timezone }: AtWallTime): Interval | undefined {
  const start = ClinicDay.find(date, timezone)?.instantOf(parseWallTime(time));
  return start === undefined ? undefined : { start, end: start + durationMinutes * MINUTE_MS };
}

/** Whether a booking has the instants that its date and time mean. */
export function isRight(
  { startsAt, endsAt }: Pick<Booking, 'startsAt' | 'endsAt'>,
  meant: Interval,
): boolean {
  return startsAt === meant.start && endsAt === meant.end;
}

/** A booking with wrong instants, and when it should begin; undefined where its wall time means no instant. */
export interface Wrong {
  readonly id: number;
  readonly startsAt: EpochMs;
  readonly meantStart: EpochMs | undefined;
}

/**
 * The order in which bookings can be given their instants without one coming to lie on another that is still to follow:
 * those that become later from the last to the first, then those that become earlier from the first to the last.
 */
export function inRenewalOrder(bookings: readonly Wrong[]): Wrong[] {
  const becomesLater = ({ startsAt, meantStart = startsAt }: Wrong): boolean => meantStart > startsAt;
  const later = bookings.filter(becomesLater).sort((a, b) => b.startsAt - a.startsAt);
  const others = bookings.filter((booking) => !becomesLater(booking)).sort((a, b) => a.startsAt - b.startsAt);
  return [...later, ...others];
}
