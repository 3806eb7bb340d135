import { dateAfter, daysBetween, instantOf, MINUTE_MS, wallAt, weekdayOf } from './calendar.js';
import type { Minutes, PlannedDoctor, Wish } from './plan.js';
import { endOf, holdsOn, type ReferenceClinic, type RuleName, RULES, serves } from './reference-clinic.js';

/** What the reference model expects of search, next, "any" and explain: all of it by the violations of single times. */

/** A free start of a doctor. */
export interface FoundStart {
  readonly doctorId: number;
  readonly date: string;
  readonly time: Minutes;
  readonly startsAt: number;
}

/** A wish with any of several doctors, on a range of dates. */
export interface SearchWish extends Omit<Wish, 'doctorId' | 'date'> {
  readonly doctorIds: readonly number[];
  /** The doctors' local dates, both inclusive. */
  readonly from: string;
  readonly to: string;
  /** `after` <= start < `before`. */
  readonly after?: Minutes | undefined;
  readonly before?: Minutes | undefined;
  /** 0 Sunday to 6 Saturday. */
  readonly weekdays?: readonly number[] | undefined;
}

/** All free starts, earliest first, then by doctor. */
export function searched(clinic: ReferenceClinic, wish: SearchWish): FoundStart[] {
  const { doctorIds, from, to, after = 0, before = 24 * 60, weekdays } = wish;
  const found: FoundStart[] = [];
  for (const doctor of clinic.plan.doctors.filter(({ id }) => doctorIds.includes(id))) {
    for (const date of dates(from, to)) {
      if (weekdays && !weekdays.includes(weekdayOf(date))) continue;
      for (const time of clinic.slots(clinic.judged({ ...wish, doctorId: doctor.id, date }))) {
        if (time < after || time >= before) continue;
        const startsAt = instantOf(doctor.timezone, date, time)!;
        found.push({ doctorId: doctor.id, date, time, startsAt });
      }
    }
  }
  return found.sort((a, b) => a.startsAt - b.startsAt || a.doctorId - b.doctorId);
}

export type NoneReason = 'NO_WINDOWS' | 'FULL' | null;

/** The first free starts, and if there are none, why: no window serves the wish on any date, or all is full. */
export function next(
  clinic: ReferenceClinic,
  wish: SearchWish,
  count: number,
): { readonly items: readonly FoundStart[]; readonly reason: NoneReason } {
  const items = searched(clinic, wish).slice(0, count);
  if (items.length > 0) return { items, reason: null };
  const isServed = clinic.plan.doctors
    .filter(({ id, isActive }) => isActive && wish.doctorIds.includes(id))
    .some((doctor) => dates(wish.from, wish.to).some((date) => hasWindow(doctor, date, wish.typeId ?? null)));
  return { items, reason: isServed ? 'FULL' : 'NO_WINDOWS' };
}

function hasWindow({ windows }: PlannedDoctor, date: string, typeId: number | null): boolean {
  return windows.some((window) => holdsOn(window, date) && serves(window, typeId));
}

/** Of the doctors who are free at that time, the one with the least booked time on that date, then the lowest id. */
export function anyDoctor(
  clinic: ReferenceClinic,
  wish: Omit<Wish, 'doctorId'>,
  time: Minutes,
  doctorIds: readonly number[],
): number | undefined {
  const free = doctorIds.filter((doctorId) => {
    const judged = clinic.judged({ ...wish, doctorId });
    return clinic.violations(judged, time).length === 0;
  });
  const workOf = (doctorId: number): number => bookedMinutes(clinic, doctorId, wish.date);
  return free.sort((a, b) => workOf(a) - workOf(b) || a - b)[0];
}

/** How many minutes of a date live bookings of the doctor take. */
function bookedMinutes(clinic: ReferenceClinic, doctorId: number, date: string): number {
  return clinic.plan.bookings
    .filter(
      (booking) => booking.doctorId === doctorId && booking.date === date && booking.status !== 'cancelled',
    )
    .reduce((sum, { durationMinutes }) => sum + durationMinutes, 0);
}

export interface Explained {
  readonly bookable: boolean;
  readonly rules: readonly { readonly rule: RuleName; readonly holds: boolean }[];
  /** The three nearest later starts, of the same doctor. */
  readonly next: readonly FoundStart[];
}

/** @param until the last date to look for later starts */
export function explained(clinic: ReferenceClinic, wish: Wish, time: Minutes, until: string): Explained {
  const violations = clinic.violations(clinic.judged(wish), time);
  const doctor = clinic.doctor(wish.doctorId);
  const start = instantOf(doctor.timezone, wish.date, time);
  const range = { ...wish, doctorIds: [wish.doctorId], from: wish.date, to: until };
  const later = searched(clinic, range).filter(({ startsAt, date, time: at }) =>
    start === undefined ? date > wish.date || at > time : startsAt > start,
  );
  return {
    bookable: violations.length === 0,
    rules: RULES.filter((rule) => rule !== 'TOO_LATE').map((rule) => ({
      rule,
      holds: !violations.includes(rule),
    })),
    next: later.slice(0, 3),
  };
}

/** What stands in the way of a time, for the desk: the bookings that the appointment overlaps. */
export function inTheWay(clinic: ReferenceClinic, wish: Wish, time: Minutes): number[] {
  const { doctor, values } = clinic.judged(wish);
  const start = instantOf(doctor.timezone, wish.date, time);
  if (start === undefined) return [];
  const end = start + values.durationMinutes * MINUTE_MS;
  return clinic.plan.bookings
    .filter(({ doctorId, status }) => doctorId === doctor.id && status !== 'cancelled')
    .filter((booking) => booking.startsAt < end && endOf(booking) > start)
    .map(({ id }) => id);
}

/** The last date that the horizon lets the wish reach, at the doctor's; undefined without a horizon. */
export function lastDate(clinic: ReferenceClinic, wish: Wish): string | undefined {
  const { doctor, values } = clinic.judged(wish);
  return values.horizon === null
    ? undefined
    : dateAfter(wallAt(doctor.timezone, clinic.now).date, values.horizon);
}

function dates(from: string, to: string): string[] {
  return Array.from({ length: daysBetween(from, to) + 1 }, (_, days) => dateAfter(from, days));
}
