import { describe, expect, test } from 'vitest';
import { Refusal } from '../errors/domain-error.js';
import { BOOKING_STATUSES, type BookingStatus } from './booking.js';
import {
  ALLOWED,
  assertMay,
  type BookingAction,
  mayBookFor,
  maySee,
  partiesOf,
  type SeenBooking,
} from './booking.policy.js';

const RELATIONS = {
  own: { isOwn: true, isOwnDoctor: false },
  'own doctor': { isOwn: false, isOwnDoctor: true },
  none: { isOwn: false, isOwnDoctor: false },
} as const;
type Relation = keyof typeof RELATIONS;

/** The outcome: allowed, refused because of the status, or refused as if there were no such booking. */
type Answer = 'may' | 'status' | 'unknown';

const ALL: readonly BookingStatus[] = BOOKING_STATUSES;

/** For each role, relation and action: the statuses in which it may, and those that are in the way. */
const TABLE: readonly [
  role: string,
  relation: Relation,
  action: BookingAction,
  may: readonly BookingStatus[],
  inTheWay: readonly BookingStatus[],
][] = [
  ['user', 'own', 'see', ALL, []],
  ['user', 'own', 'see events', [], []],
  ['user', 'own', 'reschedule', ['booked'], ['arrived', 'fulfilled', 'noshow']],
  ['user', 'own', 'reschedule within the day', ['booked'], ['arrived', 'fulfilled', 'noshow']],
  ['user', 'own', 'change the note', [], []],
  ['user', 'own', 'cancel', ['booked'], ['arrived', 'fulfilled', 'noshow']],
  ['user', 'own', 'cancel before it starts', ['booked'], ['arrived', 'fulfilled', 'noshow']],
  ['user', 'own', 'set status', [], []],
  ['user', 'none', 'see', [], []],
  ['user', 'none', 'reschedule', [], []],
  ['user', 'none', 'cancel', [], []],
  ['user', 'none', 'set status', [], []],
  // An account that was a doctor's keeps the profile, and no right that follows from it.
  ['user', 'own doctor', 'see', [], []],
  ['doctor', 'own doctor', 'see', ALL, []],
  ['doctor', 'own doctor', 'see events', ALL, []],
  ['doctor', 'own doctor', 'reschedule', [], []],
  ['doctor', 'own doctor', 'reschedule within the day', [], []],
  ['doctor', 'own doctor', 'change the note', [], []],
  ['doctor', 'own doctor', 'cancel', ['booked', 'arrived'], ['fulfilled', 'noshow']],
  ['doctor', 'own doctor', 'cancel before it starts', ['booked', 'arrived', 'fulfilled'], ['noshow']],
  ['doctor', 'own doctor', 'set status', ALL, []],
  ['doctor', 'own', 'reschedule', ['booked'], ['arrived', 'fulfilled', 'noshow']],
  ['doctor', 'none', 'see', [], []],
  ['doctor', 'none', 'cancel', [], []],
  ['doctor', 'none', 'set status', [], []],
  ...(['staff', 'admin'] as const).flatMap((role) =>
    (['own', 'none'] as const).flatMap(
      (relation): [string, Relation, BookingAction, readonly BookingStatus[], readonly BookingStatus[]][] => [
        [role, relation, 'see', ALL, []],
        [role, relation, 'see events', ALL, []],
        [role, relation, 'reschedule', ['booked'], ['arrived', 'fulfilled', 'noshow']],
        [role, relation, 'reschedule within the day', ['booked', 'arrived'], ['fulfilled', 'noshow']],
        [role, relation, 'change the note', ['booked', 'arrived', 'fulfilled', 'noshow'], []],
        [role, relation, 'cancel', ['booked', 'arrived'], ['fulfilled', 'noshow']],
        [role, relation, 'cancel before it starts', ['booked', 'arrived', 'fulfilled'], ['noshow']],
        [role, relation, 'set status', ALL, []],
      ],
    ),
  ),
];

function answerTo(role: string, relation: Relation, action: BookingAction, status: BookingStatus): Answer {
  try {
    assertMay({ role }, action, { status, ...RELATIONS[relation] } as SeenBooking);
    return 'may';
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return error.code === 'STATUS_NOT_POSSIBLE' ? 'status' : 'unknown';
  }
}

describe('who may do what to a booking', () => {
  test.each(TABLE)('%s, %s booking: %s', (role, relation, action, may, inTheWay) => {
    for (const status of BOOKING_STATUSES) {
      const expected = may.includes(status) ? 'may' : inTheWay.includes(status) ? 'status' : 'unknown';
      expect([status, answerTo(role, relation, action, status)]).toEqual([status, expected]);
    }
  });

  test('nobody may do anything to a booking that does not exist, and the answer is the same', () => {
    for (const role of ['user', 'doctor', 'staff', 'admin'])
      for (const action of ['see', 'reschedule', 'change the note', 'cancel', 'set status'] as const)
        expect(() => assertMay({ role }, action, undefined)).toThrow(
          'Booking not found or already cancelled',
        );
  });

  test('the capacity can be limited: the desk cancels as a patient only its own booking', () => {
    const booking = { status: 'booked', ...RELATIONS.none } as SeenBooking;
    expect(() => assertMay({ role: 'staff' }, 'cancel', booking, ['patient'])).toThrow('not found');
    expect(() =>
      assertMay({ role: 'staff' }, 'cancel', { ...booking, isOwn: true }, ['patient']),
    ).not.toThrow();
  });

  test('every party of the table exists', () => {
    const parties = new Set(
      ['user', 'doctor', 'staff'].flatMap((role) =>
        Object.values(RELATIONS).flatMap((is) => partiesOf({ role }, is)),
      ),
    );
    expect([...parties].sort()).toEqual(Object.keys(ALLOWED).sort());
  });
});

test.each([
  ['user', 'own', true, false],
  ['user', 'none', false, false],
  ['user', 'own doctor', false, false],
  ['doctor', 'own doctor', true, true],
  ['doctor', 'own', true, false],
  ['doctor', 'none', false, false],
  ['staff', 'none', true, true],
  ['admin', 'none', true, true],
] as const)('%s, %s booking: may read the booking: %s; its events: %s', (role, relation, booking, events) => {
  expect(maySee({ role }, 'see', RELATIONS[relation])).toBe(booking);
  expect(maySee({ role }, 'see events', RELATIONS[relation])).toBe(events);
});

test.each([
  ['user', true, true],
  ['user', false, false],
  ['doctor', false, false],
  ['staff', false, true],
  ['admin', false, true],
  [null, false, false],
])('%s may book for a patient of whom isOwn is %s: %s', (role, isOwn, may) => {
  expect(mayBookFor({ role }, { isOwn })).toBe(may);
});
