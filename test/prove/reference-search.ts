import { dateAfter, daysBetween, instantOf, isNearChange, MINUTE_MS, wallAt, weekdayOf } from './calendar.js';
import type { Minutes, PlannedDoctor, Wish } from './plan.js';
import {
  type Judged,
  type ReferenceClinic,
  type RuleName,
  RULES,
  servingWindows,
} from './reference-clinic.js';
import { refusalsOf } from './reference-answers.js';
import { isTight } from './reference-compact.js';
import { valuesOf } from './reference-values.js';

/** What the reference model expects of search, next and explain: all of it by the violations of single times. */

/** A free start of a doctor. */
export interface FoundStart {
  readonly doctorId: number;
  readonly date: string;
  readonly time: Minutes;
  readonly startsAt: number;
  readonly endsAt: number;
}

/** A wish with any of several doctors, on a range of dates. */
export interface SearchWish extends Omit<Wish, 'doctorId' | 'date'> {
  /** By default all. */
  readonly doctorIds?: readonly number[] | undefined;
  readonly specialty?: string | undefined;
  /** The doctors' local dates, both inclusive. By default today at each doctor's, and six days later. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** `after` <= start < `before`. */
  readonly after?: Minutes | undefined;
  readonly before?: Minutes | undefined;
  /** 0 Sunday to 6 Saturday. */
  readonly weekdays?: readonly number[] | undefined;
}

/** The largest horizon that can be set. */
const LONGEST_HORIZON = 3650;
const DEFAULT_DAYS = 6;
const MOST_DAYS = 62;
const DAY = 24 * 60;
const DAY_MS = DAY * MINUTE_MS;

/** The doctors among whom a search looks: those who take bookings, and offer the type. */
export function candidates(
  { plan }: ReferenceClinic,
  { doctorIds, specialty, typeId }: Pick<SearchWish, 'doctorIds' | 'specialty' | 'typeId'>,
): PlannedDoctor[] {
  const isOffered = (doctorId: number): boolean =>
    typeId === undefined || valuesOf(plan, { doctorId, typeId, durationMinutes: 0 }).isOffered;
  return plan.doctors
    .filter(({ isActive }) => isActive)
    .filter(({ id }) => doctorIds === undefined || doctorIds.includes(id))
    .filter((doctor) => specialty === undefined || doctor.specialty === specialty)
    .filter(({ id }) => isOffered(id));
}

/** Why a search is refused, before anything is judged. */
export function refusalsOfSearch(clinic: ReferenceClinic, wish: SearchWish): string[] {
  const refusals = refusalsOf(clinic, wish, 'list');
  const { doctorIds = [], from, to, after = 0, before = DAY } = wish;
  const isTooLong = from !== undefined && to !== undefined && daysBetween(from, to) > MOST_DAYS;
  if (before <= after || isTooLong) refusals.push('VALIDATION_FAILED');
  if (doctorIds.some((wanted) => !clinic.plan.doctors.some(({ id }) => id === wanted)))
    refusals.push('UNKNOWN_DOCTOR');
  return refusals;
}

/** A free start with its place in the list. */
export interface RankedStart {
  readonly start: FoundStart;
  /** Where the list is compact: 1 if the start leaves a gap that is too short to use. */
  readonly tier: number;
}

/** All free starts: earliest first, then by doctor; where it is compact, those first that leave no useless gap. */
export function searched(clinic: ReferenceClinic, wish: SearchWish, isCompact = false): RankedStart[] {
  const found = candidates(clinic, wish).flatMap((doctor) => {
    const from = wish.from ?? todayAt(clinic, doctor);
    const to = wish.to ?? dateAfter(from, DEFAULT_DAYS);
    return [...new FreeStarts(clinic, wish, doctor).between(from, to)];
  });
  const tierOf = (start: FoundStart): number =>
    isCompact && !isTight(clinic, clinic.judged({ ...wish, ...start }), start.time) ? 1 : 0;
  return found.map((start) => ({ start, tier: tierOf(start) })).sort(byRank);
}

/** In the order of the list. */
export function byRank(a: RankedStart, b: RankedStart): number {
  return a.tier - b.tier || compare(a.start, b.start);
}

function compare(a: FoundStart, b: FoundStart): number {
  return a.startsAt - b.startsAt || a.doctorId - b.doctorId;
}

export type NoneReason = 'NO_WINDOWS' | 'FULL' | null;

export interface NextStarts {
  readonly items: readonly FoundStart[];
  readonly reason: NoneReason;
}

/** The first free starts up to the horizon, and if there are none, why: no window serves the wish, or all is full. */
export function next(clinic: ReferenceClinic, wish: SearchWish, count: number): NextStarts {
  const doctors = candidates(clinic, wish);
  const rangeOf = (doctor: PlannedDoctor): [string, string] => [
    laterOf(wish.from ?? todayAt(clinic, doctor), firstDate(clinic, doctor)),
    lastDate(clinic, wish, doctor),
  ];
  const items = doctors
    .flatMap((doctor) => first(count, new FreeStarts(clinic, wish, doctor).between(...rangeOf(doctor))))
    .sort(compare)
    .slice(0, count);
  if (items.length > 0) return { items, reason: null };
  const isServed = doctors.some((doctor) => isServedBetween(clinic, wish, doctor, ...rangeOf(doctor)));
  return { items, reason: isServed ? 'FULL' : 'NO_WINDOWS' };
}

/** Whether a window serves the wish on one of the dates, within its hours. */
function isServedBetween(
  clinic: ReferenceClinic,
  wish: SearchWish,
  doctor: PlannedDoctor,
  from: string,
  to: string,
): boolean {
  const { after = 0, before = DAY, weekdays } = wish;
  for (const date of dates(from, to)) {
    if (weekdays && !weekdays.includes(weekdayOf(date))) continue;
    const windows = servingWindows(clinic.judged({ ...wish, doctorId: doctor.id, date }));
    if (windows.some(({ start, end }) => Math.max(start, after) < Math.min(end, before))) return true;
  }
  return false;
}

/** What is free of one doctor, for a wish. */
class FreeStarts {
  /** Of dates on which nothing is special: by the windows, what is free there. */
  private readonly usual = new Map<string, readonly Minutes[]>();

  constructor(
    private readonly clinic: ReferenceClinic,
    private readonly wish: SearchWish,
    private readonly doctor: PlannedDoctor,
  ) {}

  *between(from: string, to: string): Generator<FoundStart> {
    const { after = 0, before = DAY, weekdays } = this.wish;
    const { id: doctorId, timezone } = this.doctor;
    for (const date of dates(from, to)) {
      if (weekdays && !weekdays.includes(weekdayOf(date))) continue;
      const judged = this.clinic.judged({ ...this.wish, doctorId, date });
      for (const time of this.slots(judged)) {
        if (time < after || time >= before) continue;
        const startsAt = instantOf(timezone, date, time)!;
        const endsAt = startsAt + judged.values.durationMinutes * MINUTE_MS;
        yield { doctorId, date, time, startsAt, endsAt };
      }
    }
  }

  /** As `ReferenceClinic.slots`, but fast for years without a booking. */
  private slots(judged: Judged): readonly Minutes[] {
    const windows = servingWindows(judged);
    if (windows.length === 0 || this.clinic.violatedOnDate(judged).length > 0) return [];
    if (!this.isUsual(judged)) return this.clinic.slots(judged);
    const key = JSON.stringify(windows.map(({ start, end }) => [start, end]));
    let slots = this.usual.get(key);
    if (!slots) this.usual.set(key, (slots = this.clinic.slots(judged)));
    return slots;
  }

  /** Whether nothing but the windows decides what is free on the date. */
  private isUsual({ doctor, date, values, patientId, isForDesk }: Judged): boolean {
    const { plan, now } = this.clinic;
    const noon = Date.parse(`${date}T12:00:00Z`);
    const notice = isForDesk ? 0 : (values.notice ?? 0);
    return (
      noon - now > notice * MINUTE_MS + 3 * DAY_MS &&
      !isNearChange(doctor.timezone, date) &&
      doctor.exceptions.every(({ date: of }) => Math.abs(Date.parse(of) - noon) > 3 * DAY_MS) &&
      plan.bookings
        .filter((booking) => booking.doctorId === doctor.id || booking.patientId === patientId)
        .every(({ startsAt }) => Math.abs(startsAt - noon) > 3 * DAY_MS)
    );
  }
}

export interface Explained {
  readonly bookable: boolean;
  readonly rules: readonly { readonly rule: string; readonly holds: boolean }[];
  /** The three nearest later starts, of the same doctor. */
  readonly next: readonly FoundStart[];
}

export function explained(clinic: ReferenceClinic, wish: Wish, time: Minutes): Explained {
  const violations: readonly RuleName[] = clinic.violations(clinic.judged(wish), time);
  const doctor = clinic.doctor(wish.doctorId);
  const start = instantOf(doctor.timezone, wish.date, time);
  const isLater = (found: FoundStart): boolean =>
    start === undefined ? found.date > wish.date || found.time > time : found.startsAt > start;
  const free = new FreeStarts(clinic, wish, doctor).between(wish.date, lastDate(clinic, wish, doctor));
  return {
    bookable: violations.length === 0,
    rules: RULES.filter((rule) => rule !== 'TOO_LATE').map((rule) => ({
      rule,
      holds: !violations.includes(rule),
    })),
    next: first(3, free, isLater),
  };
}

/** The last date that the horizon lets the wish reach, at the doctor's: the desk looks no further, either. */
function lastDate(
  clinic: ReferenceClinic,
  wish: Omit<Wish, 'doctorId' | 'date'>,
  doctor: PlannedDoctor,
): string {
  const today = todayAt(clinic, doctor);
  const { values } = clinic.judged({ ...wish, doctorId: doctor.id, date: today });
  return dateAfter(today, values.horizon ?? LONGEST_HORIZON);
}

/** The date that lasted an hour ago: on earlier ones nobody books. */
function firstDate({ now }: ReferenceClinic, { timezone }: PlannedDoctor): string {
  return wallAt(timezone, now - 60 * MINUTE_MS).date;
}

function laterOf(a: string, b: string): string {
  return a > b ? a : b;
}

function todayAt(clinic: ReferenceClinic, { timezone }: PlannedDoctor): string {
  return wallAt(timezone, clinic.now).date;
}

function first<T>(count: number, all: Iterable<T>, isWanted: (each: T) => boolean = () => true): T[] {
  const found: T[] = [];
  for (const each of all) {
    if (!isWanted(each)) continue;
    found.push(each);
    if (found.length === count) break;
  }
  return found;
}

function* dates(from: string, to: string): Generator<string> {
  for (let date = from; date <= to; date = dateAfter(date, 1)) yield date;
}
