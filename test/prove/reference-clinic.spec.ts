import { describe, expect, test } from 'vitest';
import { minutesOf } from './calendar.js';
import type { Wish } from './plan.js';
import { expectedOfMove } from './reference-answers.js';
import type { ReferenceClinic } from './reference-clinic.js';
import { booking, CHECK, clinic, doctor, MONDAY, SUNDAY, TYPED, window, WISH } from './small-clinic.js';

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
});
