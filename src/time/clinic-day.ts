import { Temporal } from 'temporal-polyfill';
import { type Interval, type EpochMs, merge } from './interval.js';
import type { WallMinutes } from './wall-time.js';

const MINUTE_MS = 60_000;

/** A stretch of a day during which the zone's offset from UTC does not change. */
interface Stretch extends Interval {
  /** Local time minus UTC. */
  readonly offsetMs: number;
}

/**
 * One calendar date in one IANA time zone: converts between its wall times and instants.
 *
 * A day consists of stretches with a constant offset: one on most days, two or more when the clocks change. A wall time
 * between stretches does not exist that day; a wall time within two of them happens twice and means the first.
 */
export class ClinicDay {
  private readonly stretches: readonly Stretch[];
  private readonly midnightMs: number;

  private constructor(
    /** YYYY-MM-DD. */
    readonly date: string,
    /** IANA name. */
    readonly timezone: string,
  ) {
    const plainDate = Temporal.PlainDate.from(date);
    this.midnightMs = Date.parse(`${date}T00:00:00Z`);
    this.stretches = stretchesOf(plainDate, timezone);
  }

  private static readonly recent = new Map<string, ClinicDay>();

  /** The day, from a bounded cache: finding a zone's transitions costs far more than the arithmetic on them. */
  static of(date: string, timezone: string): ClinicDay {
    const key = `${date} ${timezone}`;
    let day = this.recent.get(key);
    if (!day) {
      day = new ClinicDay(date, timezone);
      if (this.recent.size >= 2000) this.recent.delete(this.recent.keys().next().value!);
      this.recent.set(key, day);
    }
    return day;
  }

  /** The day; `undefined` if the date or the time zone is invalid. */
  static find(date: string, timezone: string): ClinicDay | undefined {
    try {
      return ClinicDay.of(date, timezone);
    } catch (error) {
      if (error instanceof RangeError) return undefined;
      throw error;
    }
  }

  /** The whole day, from its first instant to the first instant of the next day. */
  get interval(): Interval {
    return { start: this.stretches[0]!.start, end: this.stretches.at(-1)!.end };
  }

  /** The instant of a wall time: the first if it happens twice, `undefined` if the clocks skip it. */
  instantOf(minutes: WallMinutes): EpochMs | undefined {
    for (const stretch of this.stretches) {
      const instant = this.midnightMs + minutes * MINUTE_MS - stretch.offsetMs;
      if (instant >= stretch.start && instant < stretch.end) return instant;
    }
    return undefined;
  }

  /** The interval from a wall time on; `undefined` if the clocks skip it. The duration is in elapsed minutes. */
  intervalFrom(start: WallMinutes, durationMinutes: number): Interval | undefined {
    const instant = this.instantOf(start);
    return instant === undefined ? undefined : { start: instant, end: instant + durationMinutes * MINUTE_MS };
  }

  /**
   * The instants at which the wall clock shows a time from `from` up to but not including `to`, in ascending order: one
   * interval on most days, two if the clocks go back in between, none if the clocks skip all of it.
   */
  intervalsBetween(from: WallMinutes, to: WallMinutes): Interval[] {
    const pieces = this.stretches.map((stretch) => ({
      start: Math.max(stretch.start, this.midnightMs + from * MINUTE_MS - stretch.offsetMs),
      end: Math.min(stretch.end, this.midnightMs + to * MINUTE_MS - stretch.offsetMs),
    }));
    return merge(pieces.filter((piece) => piece.start < piece.end));
  }

  /**
   * The times of the wall clock during an interval, from `start` up to but not including `end`: one range on most days,
   * two if the clocks change in between. They may overlap, where the clock shows the same times twice.
   */
  wallTimesOf(interval: Interval): { readonly start: WallMinutes; readonly end: WallMinutes }[] {
    return this.stretches.flatMap((stretch) => {
      const start = Math.max(interval.start, stretch.start);
      const end = Math.min(interval.end, stretch.end);
      const wall = (instant: EpochMs): WallMinutes =>
        (instant + stretch.offsetMs - this.midnightMs) / MINUTE_MS;
      return start < end ? [{ start: wall(start), end: wall(end) }] : [];
    });
  }
}

function stretchesOf(date: Temporal.PlainDate, timezone: string): Stretch[] {
  const end = date.add({ days: 1 }).toZonedDateTime(timezone).epochMilliseconds;
  const stretches: Stretch[] = [];
  let at = date.toZonedDateTime(timezone);
  for (;;) {
    const next = at.getTimeZoneTransition('next');
    const until = Math.min(next?.epochMilliseconds ?? end, end);
    stretches.push({ start: at.epochMilliseconds, end: until, offsetMs: at.offsetNanoseconds / 1e6 });
    if (!next || until === end) return stretches;
    at = next;
  }
}
