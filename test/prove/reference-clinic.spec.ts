import { describe, expect, test } from 'vitest';
import { instantOf, minutesOf } from './calendar.js';
import { PAPER_CAST } from './cast.js';
import type { ClinicPlan, PlannedBooking, PlannedDoctor, PlannedType, PlannedWindow, Wish } from './plan.js';
import { expectedOfMove } from './reference-answers.js';
import { ReferenceClinic } from './reference-clinic.js';
import { anyDoctor, explained, next, searched } from './reference-search.js';

/** A Monday; the clocks of Madrid go forward on the day before. */
const MONDAY = '2027-03-29';
const SUNDAY = '2027-03-28';
const MADRID = 'Europe/Madrid';
const NOTHING = {
  durationMinutes: null,
  slotStepMinutes: null,
  bufferBefore: null,
  bufferAfter: null,
  minNoticeMinutes: null,
  horizonDays: null,
  cancelCutoffMinutes: null,
  maxPerDay: null,
  maxLiveBookings: null,
};
const CHECK: PlannedType = {
  ...NOTHING,
  id: 1,
  durationMinutes: 20,
  bufferBefore: 0,
  bufferAfter: 10,
  audience: 'patients',
  isActive: true,
};

const window = (weekday: number, start: string, end: string, more: Partial<PlannedWindow> = {}) => ({
  weekday,
  start: minutesOf(start),
  end: minutesOf(end),
  validFrom: null,
  validUntil: null,
  typeIds: null,
  ...more,
});

function doctor(more: Partial<PlannedDoctor> = {}): PlannedDoctor {
  const offers = [{ typeId: 1, own: NOTHING }];
  const windows = [window(1, '09:00', '12:00'), window(0, '00:00', '24:00')];
  return { id: 1, timezone: MADRID, isActive: true, offers, windows, exceptions: [], ...more };
}

function booking(time: string, more: Partial<PlannedBooking> = {}): PlannedBooking {
  const { date = MONDAY } = more;
  return {
    id: 1,
    doctorId: 1,
    patientId: 502,
    date,
    time: minutesOf(time),
    durationMinutes: 30,
    startsAt: instantOf(MADRID, date, minutesOf(time))!,
    status: 'booked',
    isOverbooked: false,
    typeId: null,
    bufferBefore: 0,
    bufferAfter: 0,
    onePlace: false,
    ...more,
  };
}

function clinic(
  more: Partial<Omit<ClinicPlan, 'settings'>> & { settings?: Partial<ClinicPlan['settings']> } = {},
) {
  const { accounts, patients } = PAPER_CAST;
  const settings = {
    minNoticeMinutes: null,
    horizonDays: null,
    cancelCutoffMinutes: null,
    maxLiveBookings: null,
    typeRequired: false,
    onePlaceAtATime: false,
    publicAvailability: false,
    ...more.settings,
  };
  const now = Date.parse('2027-03-27T08:00:00Z');
  const plan = { accounts, patients, types: [CHECK], doctors: [doctor()], bookings: [], now };
  return new ReferenceClinic({ ...plan, ...more, settings });
}

/** By the first patient, for that patient. */
const WISH: Wish = {
  accountId: 11,
  doctorId: 1,
  date: MONDAY,
  typeId: undefined,
  durationMinutes: 30,
  patientId: undefined,
};
const TYPED: Wish = { ...WISH, typeId: 1, durationMinutes: undefined };

const judge = (of: ReferenceClinic, wish: Wish, time: string): string[] =>
  of.violations(of.judged(wish), minutesOf(time));

describe('by the reference model', () => {
  test.each<[string, string[], ReferenceClinic, Wish, string]>([
    ['a free time', [], clinic(), WISH, '09:00'],
    [
      'an inactive doctor',
      ['DOCTOR_INACTIVE'],
      clinic({ doctors: [doctor({ isActive: false })] }),
      WISH,
      '09:00',
    ],
    [
      'a type that the doctor does not offer',
      ['NOT_OFFERED'],
      clinic({ doctors: [doctor({ offers: [] })] }),
      TYPED,
      '09:00',
    ],
    ['an hour that the clocks skip', ['NO_SUCH_TIME'], clinic(), { ...WISH, date: SUNDAY }, '02:30'],
    ['now', ['NOT_IN_FUTURE'], clinic({ now: Date.parse('2027-03-29T07:00:00Z') }), WISH, '09:00'],
    [
      'a minute less than the notice',
      ['TOO_SOON'],
      clinic({ settings: { minNoticeMinutes: 60 }, now: Date.parse('2027-03-29T06:01:00Z') }),
      WISH,
      '09:00',
    ],
    [
      'exactly the notice',
      [],
      clinic({ settings: { minNoticeMinutes: 60 }, now: Date.parse('2027-03-29T06:00:00Z') }),
      WISH,
      '09:00',
    ],
    ['a day beyond the horizon', ['TOO_FAR'], clinic({ settings: { horizonDays: 1 } }), WISH, '09:00'],
    ['the last day of the horizon', [], clinic({ settings: { horizonDays: 2 } }), WISH, '09:00'],
    ['a minute past the window', ['OUTSIDE_AVAILABILITY'], clinic(), WISH, '11:31'],
    [
      'a window that ends with its day',
      ['OUTSIDE_AVAILABILITY'],
      clinic(),
      { ...WISH, date: SUNDAY },
      '23:31',
    ],
    [
      'a window of another type',
      ['OUTSIDE_AVAILABILITY'],
      clinic({ doctors: [doctor({ windows: [window(1, '09:00', '12:00', { typeIds: [1] })] })] }),
      WISH,
      '09:00',
    ],
    [
      'a window that is not valid yet',
      ['OUTSIDE_AVAILABILITY'],
      clinic({ doctors: [doctor({ windows: [window(1, '09:00', '12:00', { validFrom: '2027-03-30' })] })] }),
      WISH,
      '09:00',
    ],
    [
      'an exception',
      ['EXCEPTION'],
      clinic({ doctors: [doctor({ exceptions: [{ date: MONDAY, time: null }] })] }),
      WISH,
      '09:00',
    ],
    ['a time beside the grid', ['OFF_GRID'], clinic(), TYPED, '09:15'],
    ['a time that is taken', ['TAKEN'], clinic({ bookings: [booking('09:29')] }), WISH, '09:00'],
    [
      'a cancelled booking',
      [],
      clinic({ bookings: [booking('09:29', { status: 'cancelled' })] }),
      WISH,
      '09:00',
    ],
    ['the own buffer after', ['BUFFER'], clinic({ bookings: [booking('09:29')] }), TYPED, '09:00'],
    ['the own buffer after, which just fits', [], clinic({ bookings: [booking('09:30')] }), TYPED, '09:00'],
    [
      'the buffer of a booking before',
      ['BUFFER'],
      clinic({ bookings: [booking('09:00', { bufferAfter: 31 })] }),
      WISH,
      '10:00',
    ],
    [
      'the longer of two buffers, not their sum',
      [],
      clinic({ bookings: [booking('09:35', { bufferBefore: 15 })] }),
      TYPED,
      '09:00',
    ],
    [
      'a full day',
      ['DAY_FULL'],
      clinic({ types: [{ ...CHECK, maxPerDay: 1 }], bookings: [booking('11:00', { typeId: 1 })] }),
      TYPED,
      '09:00',
    ],
    [
      'a busy patient',
      ['PATIENT_BUSY'],
      clinic({ bookings: [booking('09:00', { doctorId: 2, patientId: 501 })] }),
      TYPED,
      '09:00',
    ],
    [
      'a patient at the limit',
      ['TOO_MANY_BOOKINGS'],
      clinic({ settings: { maxLiveBookings: 1 }, bookings: [booking('11:00', { patientId: 501 })] }),
      WISH,
      '09:00',
    ],
    [
      'a patient at the limit, by the desk',
      [],
      clinic({ settings: { maxLiveBookings: 1 }, bookings: [booking('11:00', { patientId: 501 })] }),
      { ...WISH, accountId: 13, patientId: 501 },
      '09:00',
    ],
    [
      'a patient whose booking has ended',
      [],
      clinic({
        settings: { maxLiveBookings: 1 },
        bookings: [booking('08:00', { patientId: 501 })],
        now: Date.parse('2027-03-29T06:30:00Z'),
      }),
      WISH,
      '09:00',
    ],
  ])('%s violates %j', (_, expected, of, wish, time) => {
    expect(judge(of, wish, time)).toEqual(expected);
  });

  test('a patient changes nothing after the cutoff, the desk does', () => {
    const late = clinic({
      settings: { cancelCutoffMinutes: 4 * 24 * 60 },
      bookings: [booking('09:00', { patientId: 501 })],
    });
    const change = { bookingId: 1, time: minutesOf('10:00') };
    const move = (accountId: number) => expectedOfMove(late, { ...change, accountId });
    expect(move(11)).toMatchObject({ move: { violations: ['TOO_LATE'] } });
    expect(move(13)).toMatchObject({ move: { violations: [] } });
    expect(move(12)).toEqual({ refusals: ['BOOKING_NOT_FOUND'] });
  });

  test('search lists earliest first, then by doctor, and next says why there is nothing', () => {
    const doctors = [doctor({ id: 2 }), doctor({ id: 1 }), doctor({ id: 3, windows: [] })];
    const wish = { ...WISH, doctorIds: [1, 2, 3], from: MONDAY, to: MONDAY, after: 600, before: 630 };
    expect(searched(clinic({ doctors }), wish).map(({ doctorId, time }) => [doctorId, time])).toEqual([
      [1, 600],
      [2, 600],
      [1, 615],
      [2, 615],
    ]);
    expect(next(clinic({ doctors }), wish, 1).reason).toBeNull();
    expect(next(clinic({ doctors }), { ...wish, doctorIds: [3] }, 1).reason).toBe('NO_WINDOWS');
    const full = clinic({ bookings: [booking('09:00', { durationMinutes: 180 })] });
    expect(next(full, { ...wish, doctorIds: [1] }, 1).reason).toBe('FULL');
  });

  test('any doctor is the one with the least to do, then the lowest id', () => {
    const doctors = [doctor({ id: 1 }), doctor({ id: 2 }), doctor({ id: 3 })];
    const any = (bookings: PlannedBooking[]) =>
      anyDoctor(clinic({ doctors, bookings }), WISH, 540, [3, 2, 1]);
    expect(any([])).toBe(1);
    expect(any([booking('10:00')])).toBe(2);
    expect(any([booking('10:00'), booking('09:00', { id: 2, doctorId: 2 })])).toBe(3);
    expect(any([1, 2, 3].map((id) => booking('09:00', { id, doctorId: id })))).toBeUndefined();
  });

  test('explain names each rule, and the nearest later starts', () => {
    const taken = clinic({ bookings: [booking('09:00')] });
    const { bookable, rules, next: later } = explained(taken, WISH, 540, MONDAY);
    expect(bookable).toBe(false);
    expect(rules.filter(({ holds }) => !holds)).toEqual([{ rule: 'TAKEN', holds: false }]);
    expect(later.map(({ time }) => time)).toEqual([570, 585, 600]);
  });
});
