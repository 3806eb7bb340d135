import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { book, slotsOf } from '../support/appointments.js';
import { Clinic, NOW, type Person } from '../support/clinic.js';
import { expectRefusal } from '../support/refusals.js';

const MONDAY = '2026-03-02';

let clinic: Clinic;
let patient: Person;

beforeAll(async () => {
  clinic = await Clinic.open();
  patient = await clinic.patient();
});
beforeEach(() => clinic.clock.set(NOW));
afterAll(() => clinic?.close());

const query = (text: string) =>
  clinic.client.get(`/api/bookings/available-slots${text}`, { token: patient.token });

describe('GET /api/bookings/available-slots', () => {
  test('needs a token', async () => {
    const { status, body } = await clinic.client.get(
      `/api/bookings/available-slots?doctor_id=1&date=${MONDAY}`,
    );
    expect([status, body.error]).toEqual([401, 'Token required']);
  });

  test('answers an array of HH:MM: candidates every 15 minutes from the window’s start', async () => {
    const doctor = await clinic.doctor({ week: [[1, '09:10', '10:40']] });
    expect(await slotsOf(clinic, patient, doctor, MONDAY)).toEqual([
      '09:10',
      '09:25',
      '09:40',
      '09:55',
      '10:10',
    ]);
  });

  test('each availability window has its own grid, from its own start', async () => {
    const doctor = await clinic.doctor({
      week: [
        [1, '14:05', '14:40'],
        [1, '08:00', '08:31'],
      ],
    });
    expect(await slotsOf(clinic, patient, doctor, MONDAY)).toEqual(['08:00', '14:05']);
  });

  test('duration is 30 by default', async () => {
    const doctor = await clinic.doctor({ week: [[1, '09:00', '10:00']] });
    const offered = await slotsOf(clinic, patient, doctor, MONDAY);
    expect(offered).toEqual(['09:00', '09:15', '09:30']);
    expect(offered).toEqual(await slotsOf(clinic, patient, doctor, MONDAY, 30));
  });

  test.each([
    [1, ['00:00', '00:15', '00:30', '00:45', '01:00']],
    [2, ['00:00', '00:15', '00:30', '00:45']],
    [16, ['00:00', '00:15', '00:30', '00:45']],
    [17, ['00:00', '00:15', '00:30']],
    [61, ['00:00']],
    [62, []],
  ])('the whole appointment must fit in the window: %i minutes', async (duration, offered) => {
    const doctor = await clinic.doctor({ week: [[1, '00:00', '01:01']] });
    expect(await slotsOf(clinic, patient, doctor, MONDAY, duration)).toEqual(offered);
  });

  test('duration goes up to 480 minutes', async () => {
    const doctor = await clinic.doctor({ week: [[1, '09:00', '17:15']] });
    expect(await slotsOf(clinic, patient, doctor, MONDAY, 480)).toEqual(['09:00', '09:15']);
  });

  test('windows that touch count as one, with one grid from the first start', async () => {
    const doctor = await clinic.doctor({
      week: [
        [1, '09:40', '10:00'],
        [1, '09:00', '09:20'],
        [1, '09:20', '09:40'],
      ],
    });
    expect(await slotsOf(clinic, patient, doctor, MONDAY, 30)).toEqual(['09:00', '09:15', '09:30']);
    expect(await slotsOf(clinic, patient, doctor, MONDAY, 60)).toEqual(['09:00']);
  });

  test('windows with a minute between them stay separate', async () => {
    const doctor = await clinic.doctor({
      week: [
        [1, '09:00', '09:30'],
        [1, '09:31', '10:01'],
      ],
    });
    expect(await slotsOf(clinic, patient, doctor, MONDAY, 31)).toEqual([]);
    expect(await slotsOf(clinic, patient, doctor, MONDAY, 30)).toEqual(['09:00', '09:31']);
  });

  test('no slot overlaps a live booking; a slot may touch one, and a cancelled booking frees its time', async () => {
    const doctor = await clinic.doctor({ week: [[1, '09:00', '10:30']] });
    const { id } = await book(clinic, patient, doctor, { date: MONDAY, time: '09:20', duration: 25 });
    expect(await slotsOf(clinic, patient, doctor, MONDAY, 15)).toEqual(['09:00', '09:45', '10:00', '10:15']);
    expect(await slotsOf(clinic, patient, doctor, MONDAY, 20)).toEqual(['09:00', '09:45', '10:00']);
    expect(await slotsOf(clinic, patient, doctor, MONDAY, 21)).toEqual(['09:45', '10:00']);
    await clinic.client.delete(`/api/bookings/${id}`, { token: patient.token });
    expect(await slotsOf(clinic, patient, doctor, MONDAY, 60)).toEqual(['09:00', '09:15', '09:30']);
  });

  test('another doctor’s bookings take no slots', async () => {
    const [one, other] = [await clinic.doctor(), await clinic.doctor()];
    const before = await slotsOf(clinic, patient, other, MONDAY);
    await book(clinic, patient, one, { date: MONDAY, time: '09:00' });
    expect(await slotsOf(clinic, patient, other, MONDAY)).toEqual(before);
  });

  test('no slot overlaps an exception, whether for part of the day or all of it', async () => {
    const doctor = await clinic.doctor({
      week: [
        [1, '09:00', '10:30'],
        [2, '09:00', '10:30'],
      ],
    });
    const block = (body: object) => clinic.client.post('/api/exceptions', body, { token: doctor.token });
    await block({ date: MONDAY, start_time: '09:20', end_time: '09:45' });
    expect(await slotsOf(clinic, patient, doctor, MONDAY, 20)).toEqual(['09:00', '09:45', '10:00']);
    await block({ date: '2026-03-03', is_full_day: true });
    expect(await slotsOf(clinic, patient, doctor, '2026-03-03')).toEqual([]);
    expect(await slotsOf(clinic, patient, doctor, '2026-03-10')).not.toEqual([]);
  });

  test('slots start in the future: not now, but one second from now', async () => {
    const doctor = await clinic.doctor({ week: [[1, '09:00', '10:00']] });
    clinic.clock.set(`${MONDAY}T09:15:00+01:00`);
    expect(await slotsOf(clinic, patient, doctor, MONDAY, 15)).toEqual(['09:30', '09:45']);
    clinic.clock.set(`${MONDAY}T09:14:59+01:00`);
    expect(await slotsOf(clinic, patient, doctor, MONDAY, 15)).toEqual(['09:15', '09:30', '09:45']);
  });

  test.each([
    // At Sunday 11:00 at the clinic it is Monday 00:00 in Kiritimati and Sunday 00:00 in Honolulu.
    ['Pacific/Kiritimati', MONDAY, 1, ['00:15', '00:30']],
    ['Pacific/Kiritimati', '2026-03-01', 0, []],
    ['Pacific/Honolulu', '2026-03-01', 0, ['00:15', '00:30']],
    ['Pacific/Honolulu', '2026-02-28', 6, []],
  ])(
    'the date, the weekday and the future follow the doctor’s time zone: %s, %s',
    async (timezone, date, day, open) => {
      const doctor = await clinic.doctor({ timezone, week: [[day, '00:00', '00:45']] });
      expect(await slotsOf(clinic, patient, doctor, date, 15)).toEqual(open);
      expect(await slotsOf(clinic, patient, doctor, '2026-03-04')).toEqual([]);
    },
  );

  test('a wall time that does not exist on that date is never offered', async () => {
    const doctor = await clinic.doctor({ timezone: 'America/New_York', week: [[0, '01:00', '04:00']] });
    const offered = ['01:00', '01:15', '01:30', '01:45', '03:00', '03:15', '03:30'];
    expect(await slotsOf(clinic, patient, doctor, '2026-03-08')).toEqual(offered);
  });

  test('`[]` on a day off, on a past day and on a full day', async () => {
    const doctor = await clinic.doctor({ week: [[1, '09:00', '17:00']] });
    expect(await slotsOf(clinic, patient, doctor, '2026-03-03')).toEqual([]);
    expect(await slotsOf(clinic, patient, doctor, '2026-02-23')).toEqual([]);
    await book(clinic, patient, doctor, { date: MONDAY, time: '09:00', duration: 480 });
    expect(await slotsOf(clinic, patient, doctor, MONDAY, 1)).toEqual([]);
  });

  test('unknown doctor: 400 with a text', async () => {
    expectRefusal(await query(`?doctor_id=4000000&date=${MONDAY}`), 'UNKNOWN_DOCTOR');
  });

  test('doctor_id and date are required, and both are named at once', async () => {
    const nothing = await query('');
    expectRefusal(nothing);
    expect(nothing.body.errors).toMatchObject([{ field: 'doctor_id' }, { field: 'date' }]);
    expectRefusal(await query(`?date=${MONDAY}`));
    expectRefusal(await query('?doctor_id=1'));
  });

  test.each([
    ...['abc', '0', '-1', '1.5', '1e0', '', '99999999999', '4294967296', '1&doctor_id=1'].map(
      (id) => `doctor_id=${id}&date=${MONDAY}`,
    ),
    ...[
      '2027-02-31',
      '2027-2-3',
      '20270203',
      '',
      'tomorrow',
      '2027-01-01T00:00',
      '0000-00-00',
      '9999-12-31',
    ].map((date) => `doctor_id=1&date=${date}`),
    ...['0', '481', '-5', '1.5', '30.0', '1e1', '%2B30', '%2030', '', 'abc', '30&duration=30'].map(
      (duration) => `doctor_id=1&date=${MONDAY}&duration=${duration}`,
    ),
    `doctor_id=1&date=${MONDAY}&colour=blue`,
  ])('bad parameter: 400 with a text: %s', async (parameters) => {
    expectRefusal(await query(`?${parameters}`), 'VALIDATION_FAILED');
  });
});
