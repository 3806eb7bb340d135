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
 * One calendar date in one IANA time zone, and the arithmetic between its wall clock and instants.
 *
 * A day is made of stretches of constant offset: one on most days, two or more on the days on which the clocks
 * change. A wall time that falls between stretches does not exist that day; one that falls into two of them
 * happens twice and means the first.
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

  /** The day, from a bounded cache: finding a zone's transitions is far dearer than the arithmetic after it. */
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

  /** The day; undefined where the date or the zone is one that nobody knows. */
  static find(date: string, timezone: string): ClinicDay | undefined {
    try {
      return ClinicDay.of(date, timezone);
    } catch (error) {
      if (error instanceof RangeError) return undefined;
      throw error;
    }
  }

  /** The day from its first instant to the first instant of the next. */
  get whole(): Interval {
    return { start: this.stretches[0]!.start, end: this.stretches.at(-1)!.end };
  }

  /** The instant of a wall time: the first of two, `undefined` where the clocks skip it. */
  instantOf(minutes: WallMinutes): EpochMs | undefined {
    for (const stretch of this.stretches) {
      const instant = this.midnightMs + minutes * MINUTE_MS - stretch.offsetMs;
      if (instant >= stretch.start && instant < stretch.end) return instant;
    }
    return undefined;
  }

  /** The real time from a wall time on; `undefined` where the clocks skip it. Durations are real minutes. */
  intervalFrom(start: WallMinutes, durationMinutes: number): Interval | undefined {
    const instant = this.instantOf(start);
    return instant === undefined ? undefined : { start: instant, end: instant + durationMinutes * MINUTE_MS };
  }

  /**
   * All the instants at which the wall clock reads at least `from` and less than `to`, in ascending order: one
   * interval on most days, two where the clocks go back in between, none where the whole of it is skipped.
   */
  intervalsBetween(from: WallMinutes, to: WallMinutes): Interval[] {
    const pieces = this.stretches.map((stretch) => ({
      start: Math.max(stretch.start, this.midnightMs + from * MINUTE_MS - stretch.offsetMs),
      end: Math.min(stretch.end, this.midnightMs + to * MINUTE_MS - stretch.offsetMs),
    }));
    return merge(pieces.filter((piece) => piece.start < piece.end));
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
