import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { requestBooking, book } from '../support/appointments.js';
import { Clinic, NOW, type Person } from '../support/clinic.js';
import { expectRefusal } from '../support/refusals.js';

const MONDAY = '2026-03-02';
const TUESDAY = '2026-03-03';

let clinic: Clinic;
let patient: Person;

beforeAll(async () => {
  clinic = await Clinic.open();
  patient = await clinic.patient();
});
beforeEach(() => clinic.clock.set(NOW));
afterAll(() => clinic?.close());

const post = (body: unknown) => clinic.client.post('/api/bookings', body, { token: patient.token });

describe('POST /api/bookings', () => {
  test.each([0, 481, 1.5, '30', -30, null, true, [30], {}, 1e300])(
    '400 with a text: a duration outside 1..480, or not a whole number of minutes: %j',
    async (duration) => {
      const { doctorId } = await clinic.doctor();
      const refused = await post({ doctor_id: doctorId, date: MONDAY, time: '09:00', duration });
      expectRefusal(refused, 'VALIDATION_FAILED');
      expect(refused.body.errors).toMatchObject([{ field: 'duration' }]);
    },
  );

  test('400 with a text: a missing field, all of them named at once', async () => {
    const refused = await post({});
    expectRefusal(refused, 'VALIDATION_FAILED');
    expect(refused.body.errors).toEqual([
      { field: 'doctor_id', message: 'doctor_id is required' },
      { field: 'date', message: 'date is required' },
      { field: 'time', message: 'time is required' },
    ]);
  });

  test.each([
    ...['1', null, 0, -1, 1.5, [1], { id: 1 }, 4294967296, true].map((doctor_id) => ({ doctor_id })),
    ...[
      '2027-02-31',
      '2027-13-01',
      '2026-3-2',
      ' 2026-03-02',
      '2026-03-02T09:00',
      20260302,
      null,
      ['2026-03-02'],
    ].map((date) => ({ date })),
    ...[
      '25:99',
      '24:00',
      '9:00',
      '09:00:00',
      '09:00Z',
      '09.00',
      '0900',
      '٠٩:٠٠',
      '09:00\n',
      900,
      null,
      ['09:00'],
    ].map((time) => ({ time })),
  ])('400 with a text: a malformed field: %j', async (malformed) => {
    const { doctorId } = await clinic.doctor();
    const refused = await post({ doctor_id: doctorId, date: MONDAY, time: '09:00', ...malformed });
    expectRefusal(refused, 'VALIDATION_FAILED');
    expect(refused.body.errors).toMatchObject([{ field: Object.keys(malformed)[0] }]);
  });

  test.each(['[]', '"text"', '1', 'null', '{', ''])(
    '400 with a text: not a JSON object: %j',
    async (body) => {
      expectRefusal(await post(body));
    },
  );

  test('400 with a text: a start that is not in the future: a minute ago, or exactly now', async () => {
    const doctor = await clinic.doctor();
    clinic.clock.set(`${MONDAY}T10:00:00+01:00`);
    for (const time of ['09:00', '09:59', '10:00']) {
      expectRefusal(await requestBooking(clinic, patient, doctor, { date: MONDAY, time }), 'NOT_IN_FUTURE');
    }
    expectRefusal(
      await requestBooking(clinic, patient, doctor, { date: '2026-02-23', time: '11:00' }),
      'NOT_IN_FUTURE',
    );
    await book(clinic, patient, doctor, { date: MONDAY, time: '10:01' });
  });

  test('400 with a text: unknown doctor', async () => {
    const refused = await post({ doctor_id: 4000000, date: MONDAY, time: '09:00' });
    expectRefusal(refused, 'UNKNOWN_DOCTOR');
    expect(refused.body.errors).toMatchObject([{ field: 'doctor_id' }]);
  });

  test.each([
    ['on another weekday', TUESDAY, '09:00', 30],
    ['before the window', MONDAY, '08:59', 30],
    ['after the window', MONDAY, '10:00', 1],
    ['ending after it', MONDAY, '09:31', 30],
    ['starting before it', MONDAY, '08:45', 30],
    ['spanning two windows with a gap between them', MONDAY, '09:30', 90],
    ['around it', MONDAY, '08:00', 480],
  ])('400 with a text: outside the availability window: %s', async (_, date, time, duration) => {
    const doctor = await clinic.doctor({
      week: [
        [1, '09:00', '10:00'],
        [1, '10:30', '11:00'],
      ],
    });
    expectRefusal(
      await requestBooking(clinic, patient, doctor, { date, time, duration }),
      'OUTSIDE_AVAILABILITY',
    );
  });

  test.each([
    ['the same time', '10:00', 30],
    ['its beginning', '09:31', 30],
    ['its end', '10:29', 30],
    ['inside it', '10:10', 5],
    ['around it', '09:30', 120],
  ])('400 with a text: overlapping any live booking of that doctor: %s', async (_, time, duration) => {
    const doctor = await clinic.doctor();
    await book(clinic, patient, doctor, { date: MONDAY, time: '10:00' });
    const other = await clinic.patient();
    expectRefusal(await requestBooking(clinic, other, doctor, { date: MONDAY, time, duration }), 'TAKEN');
    expectRefusal(await requestBooking(clinic, patient, doctor, { date: MONDAY, time, duration }), 'TAKEN');
  });

  test('400 with a text: overlapping an exception, of part of the day or all of it', async () => {
    const doctor = await clinic.doctor();
    const block = (body: object) => clinic.client.post('/api/exceptions', body, { token: doctor.token });
    await block({ date: MONDAY, start_time: '12:00', end_time: '13:00' });
    await block({ date: TUESDAY, is_full_day: true });
    for (const time of ['11:31', '12:00', '12:59']) {
      expectRefusal(await requestBooking(clinic, patient, doctor, { date: MONDAY, time }), 'EXCEPTION');
    }
    await book(clinic, patient, doctor, { date: MONDAY, time: '11:30' });
    await book(clinic, patient, doctor, { date: MONDAY, time: '13:00' });
    expectRefusal(
      await requestBooking(clinic, patient, doctor, { date: TUESDAY, time: '09:00' }),
      'EXCEPTION',
    );
  });

  test.each([
    ['America/New_York', '2026-03-08', ['02:00', '02:30', '02:59'], ['01:59', '03:00']],
    ['Europe/Madrid', '2026-03-29', ['02:00', '02:59'], ['01:59', '03:00']],
    ['America/Santiago', '2026-09-06', ['00:00', '00:59'], ['01:00']],
    ['Australia/Lord_Howe', '2026-10-04', ['02:00', '02:29'], ['01:59', '02:30']],
  ])(
    '400 with a text: a wall time that does not exist on that date: %s',
    async (timezone, date, gap, real) => {
      const doctor = await clinic.doctor({ timezone, week: [[0, '00:00', '23:59']] });
      for (const time of gap) {
        expectRefusal(
          await requestBooking(clinic, patient, doctor, { date, time, duration: 1 }),
          'NO_SUCH_TIME',
        );
      }
      for (const time of real) await book(clinic, patient, doctor, { date, time, duration: 1 });
    },
  );

  test('a refusal stores neither a booking nor a notification', async () => {
    const doctor = await clinic.doctor();
    await book(clinic, patient, doctor, { date: MONDAY, time: '10:00' });
    const count = () =>
      clinic.query('SELECT (SELECT COUNT(*) FROM bookings) b, (SELECT COUNT(*) FROM notifications) n');
    const before = await count();
    expectRefusal(await requestBooking(clinic, patient, doctor, { date: MONDAY, time: '10:15' }));
    expectRefusal(await requestBooking(clinic, patient, doctor, { date: MONDAY, time: '08:00' }));
    expect(await count()).toEqual(before);
  });
});
