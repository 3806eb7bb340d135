import type { Minutes, Wish } from './plan.js';
import { isRefused, type Override } from './reference-answers.js';
import type { Judged, ReferenceClinic, RuleName } from './reference-clinic.js';
import { candidates } from './reference-search.js';

/** A wish with whichever doctor is free. */
export interface AnyWish extends Omit<Wish, 'doctorId' | 'typeId' | 'durationMinutes'> {
  readonly typeId: number;
  readonly specialty?: string | undefined;
}

/** The doctor who gets an appointment, or why nobody does: by rules, or because nobody is free. */
export type ChosenDoctor =
  | { readonly judged: Judged; readonly violations: readonly RuleName[]; readonly refused?: never }
  | { readonly refused: readonly RuleName[] | 'NO_DOCTOR_FREE'; readonly judged?: never };

/** Rules that can stand whoever the doctor is. */
const ABOUT_NO_DOCTOR: readonly RuleName[] = [
  'NOT_OFFERED',
  'NO_SUCH_TIME',
  'NOT_IN_FUTURE',
  'TOO_SOON',
  'TOO_FAR',
  'PATIENT_BUSY',
  'TOO_MANY_BOOKINGS',
];

/**
 * Of the doctors who are free at that time, the one with the least booked time on that date, then the lowest id; those
 * against whom something stands that the desk overrides come last.
 */
export function anyDoctor(
  clinic: ReferenceClinic,
  wish: AnyWish,
  time: Minutes,
  override?: Override,
): ChosenDoctor {
  const all = candidates(clinic, wish)
    .map(({ id: doctorId }) => clinic.judged({ ...wish, doctorId, durationMinutes: undefined }))
    .map((judged) => ({ judged, violations: clinic.violations(judged, time) }));
  if (all.length === 0) return { refused: ['NOT_OFFERED'] };
  const free = all.filter(({ violations }) => !isRefused(violations, override));
  if (free.length === 0) {
    const isStanding = (rule: RuleName): boolean =>
      all.every(({ violations }) => violations.includes(rule)) && isRefused([rule], override);
    const standing = ABOUT_NO_DOCTOR.filter(isStanding);
    return { refused: standing.length > 0 ? standing : 'NO_DOCTOR_FREE' };
  }
  const rankOf = ({ judged: { doctor }, violations }: (typeof free)[number]): number[] => [
    violations.length > 0 ? 1 : 0,
    bookedMinutes(clinic, doctor.id, wish.date),
    doctor.id,
  ];
  return free.sort((a, b) => compareLists(rankOf(a), rankOf(b)))[0]!;
}

function compareLists(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, index) => value !== b[index]);
  return at < 0 ? 0 : a[at]! - b[at]!;
}

/** How many minutes of a date live bookings of the doctor take. */
function bookedMinutes({ plan }: ReferenceClinic, doctorId: number, date: string): number {
  return plan.bookings
    .filter(
      (booking) => booking.doctorId === doctorId && booking.date === date && booking.status !== 'cancelled',
    )
    .reduce((sum, { durationMinutes }) => sum + durationMinutes, 0);
}
