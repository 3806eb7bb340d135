import { describe, expect, test } from 'vitest';
import { clock, minutesOf } from './calendar.js';
import type { PlannedBooking, PlannedDoctor } from './plan.js';
import { anyDoctor } from './reference-any.js';
import { isTight } from './reference-compact.js';
import { explained, next, searched, type SearchWish } from './reference-search.js';
import { booking, CHECK, clinic, doctor, MONDAY, NOTHING, TYPED, window, WISH } from './small-clinic.js';

const ASKED = { accountId: WISH.accountId, typeId: undefined, durationMinutes: 30, patientId: undefined };
const TYPE_ASKED = { ...ASKED, typeId: CHECK.id, durationMinutes: undefined };
const ON_MONDAY: SearchWish = { ...ASKED, from: MONDAY, to: MONDAY };

describe('search', () => {
  const doctors = [doctor({ id: 2 }), doctor({ id: 1 }), doctor({ id: 3, windows: [] })];
  const wish = { ...ON_MONDAY, after: minutesOf('10:00'), before: minutesOf('10:30') };
  const found = (of: Partial<SearchWish> = {}, more: Partial<PlannedDoctor> = {}) =>
    searched(clinic({ doctors: [...doctors, doctor({ id: 4, ...more })] }), { ...wish, ...of }).map(
      ({ start: { doctorId, date, time } }) => `${date} ${clock(time)} ${doctorId}`,
    );

  test('lists earliest first, then by doctor', () => {
    expect(found({ doctorIds: [1, 2, 3] })).toEqual([
      `${MONDAY} 10:00 1`,
      `${MONDAY} 10:00 2`,
      `${MONDAY} 10:15 1`,
      `${MONDAY} 10:15 2`,
    ]);
  });

  test('looks among the active doctors of a specialty who offer the type', () => {
    const four = [`${MONDAY} 10:00 4`, `${MONDAY} 10:15 4`];
    expect(found({ specialty: 'Neurology' }, { specialty: 'Neurology' })).toEqual(four);
    expect(found({ specialty: 'Neurology' }, { specialty: 'Neurology', isActive: false })).toEqual([]);
    expect(found({ ...TYPE_ASKED, doctorIds: [4] }, { offers: [] })).toEqual([]);
  });

  test('is by weekday, by default for seven dates from today', () => {
    expect(found({ doctorIds: [1], weekdays: [0] })).toEqual([]);
    expect(found({ doctorIds: [1], from: undefined, to: undefined, weekdays: [1] })).toHaveLength(2);
    expect(found({ doctorIds: [1], from: undefined, to: undefined })).toHaveLength(4);
  });

  test('what is usual on a date is found a year later too, until the windows change', () => {
    const windows = [window(1, '09:00', '09:30', { validUntil: '2028-04-17' })];
    const year = { ...ON_MONDAY, from: '2028-04-03', to: '2028-04-30' };
    const starts = searched(clinic({ doctors: [doctor({ windows })] }), year);
    expect(starts.map(({ start }) => start.date)).toEqual(['2028-04-03', '2028-04-10', '2028-04-17']);
    expect(new Date(starts[0]!.start.startsAt).toISOString()).toBe('2028-04-03T07:00:00.000Z');
  });
});

describe('compact', () => {
  const tight = (time: string, bookings: PlannedBooking[] = [], more: Partial<PlannedDoctor> = {}) => {
    const of = clinic({ doctors: [doctor(more)], bookings });
    return isTight(of, of.judged(TYPED), minutesOf(time));
  };

  test('a start leaves no gap shorter than the shortest type, before or after it', () => {
    expect(['09:00', '09:20', '09:40', '11:40'].map((time) => tight(time))).toEqual([true, true, true, true]);
    expect([tight('09:10'), tight('11:30')]).toEqual([false, false]);
  });

  test('buffers that must be kept are no gap', () => {
    // The type keeps 10 minutes after it.
    expect(tight('09:00', [booking('09:30')])).toBe(true);
    expect(tight('09:00', [booking('09:40')])).toBe(false);
    expect(tight('10:20', [booking('09:30', { bufferAfter: 20 })])).toBe(true);
    expect(tight('10:30', [booking('09:30', { bufferAfter: 20 })])).toBe(false);
  });

  test('an exception ends a gap, a cancelled booking does not', () => {
    const exceptions = [{ date: MONDAY, time: { start: minutesOf('09:30'), end: minutesOf('09:40') } }];
    expect(tight('09:00', [], { exceptions })).toBe(false);
    expect(tight('09:10', [], { exceptions })).toBe(false);
    expect(tight('09:40', [], { exceptions })).toBe(true);
    expect(tight('09:00', [booking('09:40', { status: 'cancelled' })])).toBe(true);
  });

  test('the shortest type is one with the doctor’s own values; without types it is the request', () => {
    const shorter = [{ typeId: 1, own: { ...NOTHING, durationMinutes: 10 } }];
    expect(tight('09:10', [], { offers: shorter })).toBe(true);
    const of = clinic({ doctors: [doctor({ offers: [] })] });
    const judged = of.judged({ ...WISH, durationMinutes: 60 });
    expect(isTight(of, judged, minutesOf('10:00'))).toBe(true);
    expect(isTight(of, judged, minutesOf('10:15'))).toBe(false);
  });

  test('sorts starts that leave a useless gap last', () => {
    const of = clinic({ bookings: [booking('09:30', { durationMinutes: 150 })] });
    const starts = (isCompact: boolean) =>
      searched(of, { ...ON_MONDAY, durationMinutes: 15 }, isCompact).map(({ start }) => clock(start.time));
    expect(starts(false)).toEqual(['09:00', '09:15']);
    const wide = clinic({ doctors: [doctor({ windows: [window(1, '09:00', '09:35')] })] });
    const ofWide = searched(wide, { ...ON_MONDAY, durationMinutes: 15 }, true).map(({ start }) =>
      clock(start.time),
    );
    expect(ofWide).toEqual(['09:00', '09:15']);
    const late = { ...ON_MONDAY, durationMinutes: 5 };
    expect(searched(wide, late, true).map(({ start }) => clock(start.time))).toEqual([
      '09:00',
      '09:30',
      '09:15',
    ]);
  });
});

describe('next', () => {
  const reason = (of: ReturnType<typeof clinic>, wish: Partial<SearchWish> = {}) =>
    next(of, { ...ASKED, ...wish }, 1).reason;

  test('finds the first free starts up to the horizon', () => {
    const windows = [window(1, '09:00', '09:30')];
    const found = (horizonDays: number) =>
      next(clinic({ settings: { horizonDays }, doctors: [doctor({ windows })] }), ASKED, 3).items;
    expect(found(8).map(({ date }) => date)).toEqual([MONDAY]);
    expect(found(9).map(({ date }) => date)).toEqual([MONDAY, '2027-04-05']);
  });

  test('says why there is nothing', () => {
    expect(reason(clinic())).toBeNull();
    const closed = clinic({ doctors: [doctor({ windows: [] })] });
    expect(reason(closed)).toBe('NO_WINDOWS');
    expect(reason(clinic(), { weekdays: [3] })).toBe('NO_WINDOWS');
    expect(reason(clinic({ settings: { horizonDays: 400 } }), { durationMinutes: 480, weekdays: [1] })).toBe(
      'FULL',
    );
    expect(reason(clinic({ doctors: [doctor({ isActive: false })] }))).toBe('NO_WINDOWS');
  });
});

describe('any doctor', () => {
  const doctors = [doctor({ id: 1 }), doctor({ id: 2 }), doctor({ id: 3, specialty: 'Neurology' })];
  const any = (bookings: PlannedBooking[], specialty?: string, rules?: string[]) => {
    const wish = { ...TYPE_ASKED, date: MONDAY, typeId: CHECK.id, specialty };
    const { refused, judged } = anyDoctor(clinic({ doctors, bookings }), wish, 540, rules && { rules });
    return refused ?? judged.doctor.id;
  };
  const everywhere = doctors.map(({ id }) => booking('09:00', { id, doctorId: id }));

  test('is the one with the least to do, then the lowest id', () => {
    expect(any([])).toBe(1);
    expect(any([booking('10:00')])).toBe(2);
    expect(any([booking('10:00'), booking('11:00', { id: 2, doctorId: 2 })])).toBe(3);
    expect(any([], 'Neurology')).toBe(3);
    const first = [booking('09:00'), booking('15:00', { id: 2, doctorId: 2, durationMinutes: 90 })];
    expect(any([...first, booking('09:00', { id: 3, doctorId: 3 })], undefined, ['TAKEN'])).toBe(2);
  });

  test('is nobody if none is free, if a rule about no doctor stands, or if none offers the type', () => {
    expect(any(everywhere)).toBe('NO_DOCTOR_FREE');
    expect(any(everywhere, undefined, ['TAKEN'])).toBe(1);
    const busy = [booking('09:00', { doctorId: 9, patientId: 501 })];
    expect(any([...busy, ...everywhere])).toEqual(['PATIENT_BUSY']);
    expect(any([], 'Surgery')).toEqual(['NOT_OFFERED']);
  });
});

test('explain names each rule, and the nearest later starts', () => {
  const taken = clinic({ bookings: [booking('09:00')], settings: { horizonDays: 30 } });
  const { bookable, rules, next: later } = explained(taken, WISH, 540);
  expect(bookable).toBe(false);
  expect(rules.filter(({ holds }) => !holds)).toEqual([{ rule: 'TAKEN', holds: false }]);
  expect(later.map(({ time }) => time)).toEqual([570, 585, 600]);
});
