import type { BusyTime, DayFacts } from '../availability/schedule-day.js';
import { type RestrictedWindow, serves } from '../availability/serving-window.js';
import { ClinicDay } from '../time/clinic-day.js';
import { addDays, dayOfWeek } from '../time/clinic-time.js';
import { timesTakenBy } from './booking-instants.js';

/** A row of `read-schedule`: a fact about a doctor, the clinic, a type or a patient. */
export interface ScheduleRow {
  readonly kind:
    | 'doctor'
    | 'clinic'
    | 'type'
    | 'shortest'
    | 'window'
    | 'exception'
    | 'busy'
    | 'patient'
    | 'own'
    | 'counts';
  /**
   * Of the doctor the time zone; of busy times the buffers, if there are any; of windows what restricts them, of the
   * clinic, the type and the patient all that is read, as JSON.
   */
  readonly text: string | null;
  /** Of exceptions and busy times. */
  readonly date: string | null;
  /**
   * Of windows the weekday, of busy times the type, of the counts those of the requested type, of the shortest type its
   * minutes.
   */
  readonly number: number | null;
  /** Minutes of the doctor's day; null for a full day. Of the doctor: 1 if active. Of the counts all. */
  readonly start: number | null;
  /** Minutes, too; null for busy times. */
  readonly end: number | null;
  /** Seconds since 1970; of the times of bookings. */
  readonly starts_at: number | null;
  readonly ends_at: number | null;
  /** Whose it is, where several doctors are read; null if it is about no doctor. */
  readonly doctor_id?: number | null;
}

const MINUTE_MS = 60_000;

/** How near to a day another day's booking must come to matter: the longest buffer, or an appointment past midnight. */
const REACH_BEFORE_MS = 4 * 60 * MINUTE_MS;
const REACH_AFTER_MS = 13 * 60 * MINUTE_MS;

/** The facts of one doctor's dates, of which each is made when it is asked for. Pure. */
export class ScheduleFacts {
  private readonly rows = new Map<string | number | null, ScheduleRow[]>();
  private readonly windows = new Map<number, readonly RestrictedWindow[]>();
  private readonly busy = new Map<string, readonly BusyTime[]>();

  /** @param typeId the requested type */
  constructor(
    rows: readonly ScheduleRow[],
    private readonly timezone: string,
    private readonly typeId: number | undefined,
    private readonly isDoctorActive: boolean,
  ) {
    for (const row of rows) {
      // Windows by their weekday, all others by their date.
      const key = row.date ?? row.number;
      const others = this.rows.get(key);
      if (others) others.push(row);
      else this.rows.set(key, [row]);
    }
  }

  on(date: string): DayFacts {
    const { typeId, isDoctorActive } = this;
    const [before, after] = [addDays(date, -1), addDays(date, 1)];
    const bookings = this.of('busy', date);
    return {
      windows: this.windowsOn(date),
      exceptions: this.of('exception', date).map(exceptionOf),
      exceptionsOfNextDay: this.of('exception', after).map(exceptionOf),
      busy: [...this.busyOn(date), ...this.near(date, [...this.busyOn(before), ...this.busyOn(after)])],
      bookingsOfType: typeId === undefined ? 0 : bookings.filter(({ number }) => number === typeId).length,
      bookedMinutes: bookings.reduce((sum, { starts_at, ends_at }) => sum + (ends_at! - starts_at!) / 60, 0),
      isDoctorActive,
    };
  }

  /** The windows that hold on a date and serve the request. */
  windowsOn(date: string): readonly RestrictedWindow[] {
    const weekday = dayOfWeek(date);
    let windows = this.windows.get(weekday);
    if (!windows) this.windows.set(weekday, (windows = this.of('window', weekday).map(windowOf)));
    return windows.filter((window) => serves(window, date, this.typeId));
  }

  private of(wanted: ScheduleRow['kind'], day: string | number): ScheduleRow[] {
    return (this.rows.get(day) ?? []).filter(({ kind }) => kind === wanted);
  }

  private near(date: string, times: readonly BusyTime[]): readonly BusyTime[] {
    if (times.length === 0) return times;
    const { start, end } = ClinicDay.of(date, this.timezone).interval;
    return times.filter((time) => time.end > start - REACH_BEFORE_MS && time.start < end + REACH_AFTER_MS);
  }

  /** The times of a date's bookings. The dates around it need them, too. */
  private busyOn(date: string): readonly BusyTime[] {
    let times = this.busy.get(date);
    if (!times) this.busy.set(date, (times = this.of('busy', date).flatMap((row) => this.busyTimesOf(row))));
    return times;
  }

  private busyTimesOf({ text, date, start, starts_at, ends_at }: ScheduleRow): BusyTime[] {
    const stored = { start: starts_at! * 1000, end: ends_at! * 1000 };
    const times = timesTakenBy(stored, start!, ClinicDay.of(date!, this.timezone));
    if (text === null) return times;
    const [bufferBefore, bufferAfter] = text.split(' ').map(Number);
    return times.map(({ start: from, end }) => ({
      start: from,
      end,
      bufferBefore: bufferBefore!,
      bufferAfter: bufferAfter!,
    }));
  }
}

function windowOf({ text, start, end }: ScheduleRow): RestrictedWindow {
  const range = { start: start!, end: end! };
  if (text === null) return range;
  const { typeIds, ...dates } = JSON.parse(text) as {
    validFrom: string | null;
    validUntil: string | null;
    typeIds: string | null;
  };
  return { ...range, ...dates, typeIds: typeIds === null ? null : typeIds.split(',').map(Number) };
}

function exceptionOf({ start, end }: ScheduleRow): DayFacts['exceptions'][number] {
  return start === null ? 'full day' : { start, end: end! };
}
