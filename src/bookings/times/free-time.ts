import type { Appointment } from '../../availability/rules/rule.js';
import { formatWallTime } from '../../time/wall-time.js';
import type { EpochMs } from '../../time/interval.js';

/** Where a time stands in the order of a list. */
export interface TimePosition {
  /** What comes first, whatever its start: 0, then 1. */
  readonly tier: number;
  readonly startsAt: EpochMs;
  readonly doctorId: number;
}

/** A time that can be booked. */
export interface FreeTime extends TimePosition {
  readonly endsAt: EpochMs;
  /** YYYY-MM-DD, the doctor's local date. */
  readonly date: string;
  /** HH:MM, the doctor's local time. */
  readonly time: string;
  /** The doctor's, IANA. */
  readonly timezone: string;
}

/** The earliest first, those of one moment by doctor. Negative if `a` comes first. */
export function compareStarts(a: TimePosition, b: TimePosition): number {
  return a.startsAt - b.startsAt || a.doctorId - b.doctorId;
}

/** By tier, then by start. Negative if `a` comes first. */
export function compareTimes(a: TimePosition, b: TimePosition): number {
  return a.tier - b.tier || compareStarts(a, b);
}

export function freeTimeOf(
  { start, end, wallStart }: Appointment,
  where: Pick<FreeTime, 'doctorId' | 'date' | 'timezone' | 'tier'>,
): FreeTime {
  return { ...where, startsAt: start, endsAt: end, time: formatWallTime(wallStart) };
}
