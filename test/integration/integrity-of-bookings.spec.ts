import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { book } from '../support/appointments.js';
import type { Clinic, Person } from '../support/clinic.js';
import { EVERY_DAY, ExaminedClinic } from '../support/examined-clinic.js';
import { cancel } from '../support/races.js';

let exam: ExaminedClinic;
let clinic: Clinic;
let patient: Person;

beforeAll(async () => {
  exam = await ExaminedClinic.open();
  ({ clinic, patient } = exam);
});

afterEach(() => exam.undoAll());

afterAll(() => exam?.close());

describe('bookings that overlap', () => {
  /** Inserts a booking that overlaps another one, with its notifications, bypassing the service. */
  async function insertOverlapping(id: number): Promise<number> {
    const { insertId }: { insertId: number } = await clinic.dataSource.query(
      `INSERT INTO bookings (uid, doctor_id, user_id, patient_id, date, start_time, duration_minutes, starts_at, ends_at, status,
                             version, created_at, updated_at, day_version, open_from, open_until)
       SELECT UUID(), doctor_id, user_id, patient_id, date, ADDTIME(start_time, '00:15:00'), duration_minutes,
              starts_at + INTERVAL 15 MINUTE, ends_at + INTERVAL 15 MINUTE, status, version, created_at, updated_at,
              day_version, open_from, open_until
       FROM bookings WHERE id = ?`,
      [id],
    );
    await clinic.query(
      `INSERT INTO notifications (booking_id, booking_version, kind, starts_at, duration_minutes, due_at, state,
                                  message_id, created_at)
       SELECT ?, booking_version, kind, starts_at, duration_minutes, due_at, 'pending', message_id, created_at
       FROM notifications WHERE booking_id = ?`,
      [insertId, id],
    );
    return insertId;
  }

  test('are found, and the finding names both', async () => {
    const { doctor, booking } = await exam.newBooking();
    const over = await insertOverlapping(booking.id);
    await exam.expectOnly({
      code: 'OVERLAP',
      subject: `booking ${over}`,
      detail: new RegExp(`booking ${booking.id}, also with doctor ${doctor.doctorId}, `),
      remedy: /^Agree with the two patients/,
    });
    await cancel(clinic, patient, over);
    await exam.expectOnly();
  });

  test('are all found if a long one overlaps several, not only the next', async () => {
    const { doctor, booking } = await exam.newBooking({ time: '06:00' });
    const { date } = booking;
    const short = [];
    for (const time of ['08:00', '09:00', '10:00'])
      short.push(await book(clinic, patient, doctor, { date, time }));
    await book(clinic, patient, doctor, { date, time: '11:00' });
    await exam.change(
      'bookings',
      { id: booking.id },
      'duration_minutes = 300, ends_at = starts_at + INTERVAL 300 MINUTE',
    );
    await exam.expectOnly(
      ...short.map(({ id }) => ({
        code: 'OVERLAP',
        subject: `booking ${id}`,
        detail: `while booking ${booking.id}`,
      })),
    );
  });

  test('are found whatever their dates', async () => {
    const { doctor, booking } = await exam.newBooking();
    const next = await book(clinic, patient, doctor, { date: exam.inDays(10), time: '10:00' });
    await exam.change('bookings', { id: next.id }, 'starts_at = starts_at - INTERVAL 1435 MINUTE');
    const found = await exam.findings();
    expect(found).toContainEqual(expect.objectContaining({ code: 'OVERLAP', subject: `booking ${next.id}` }));
    expect(found[0]!.detail).toContain(`while booking ${booking.id}`);
  });

  test('are not found if one is cancelled, the doctors differ, or they only touch', async () => {
    const { doctor, booking } = await exam.newBooking();
    const { date } = booking;
    await book(clinic, patient, doctor, { date, time: '10:30' });
    await cancel(clinic, patient, booking.id);
    await book(clinic, patient, doctor, { date, time: '10:15', duration: 15 });
    await exam.newBooking({ date, time: '10:20' });
    await exam.expectOnly();
  });
});

describe('live bookings that break the rules under which they were made', () => {
  const CASES: readonly [name: string, set: string, code: string, detail: RegExp][] = [
    ['end too late', 'ends_at = ends_at + INTERVAL 10 MINUTE', 'WRONG_INSTANTS', /30 minutes/],
    [
      'start an hour off',
      'starts_at = starts_at - INTERVAL 1 HOUR, ends_at = ends_at - INTERVAL 1 HOUR',
      'WRONG_INSTANTS',
      / 10:00:00, 30 minutes, in UTC, which is .* but it has /,
    ],
    ['have another length', 'duration_minutes = 31', 'WRONG_INSTANTS', /31 minutes/],
    [
      'begin before the open time',
      'open_from = starts_at + INTERVAL 1 MINUTE',
      'OUTSIDE_OPEN_TIME',
      /outside the availability in which it was booked/,
    ],
    [
      'end after the open time',
      'open_until = ends_at - INTERVAL 1 MINUTE',
      'OUTSIDE_OPEN_TIME',
      /outside the availability/,
    ],
    ['had begun when they were made', 'updated_at = starts_at', 'NOT_IN_FUTURE', /booked or rescheduled at/],
    [
      'have a higher version than their day',
      'day_version = day_version + 1',
      'DAY_VERSION',
      /number 2 of .* counted 1$/,
    ],
  ];

  test.each(CASES)('are found if they %s', async (_, set, code, detail) => {
    const { booking } = await exam.newBooking();
    await exam.change('bookings', { id: booking.id }, set);
    await exam.expectOnly({ code, subject: `booking ${booking.id}`, detail });
  });

  test.each(['Asia/Tokyo', 'Mars/Olympus'])(
    'are found if their doctor’s time zone became %s',
    async (zone) => {
      const { doctor, booking } = await exam.newBooking();
      const { date } = booking;
      await exam.block(doctor, date, '18:00', '19:00');
      const after = await book(clinic, patient, doctor, { date, time: '12:00' });
      await exam.change('doctors', { id: doctor.doctorId }, `timezone = '${zone}'`);
      const badZone = { code: 'BAD_TIME_ZONE', subject: `doctor ${doctor.doctorId}` };
      await exam.expectOnly(
        ...(zone === 'Mars/Olympus' ? [badZone] : []),
        { code: 'WRONG_INSTANTS', subject: `booking ${booking.id}` },
        { code: 'WRONG_INSTANTS', subject: `booking ${after.id}` },
      );
    },
  );

  test('are found if they are for a time that does not exist', async () => {
    const { booking } = await exam.newBooking();
    await exam.change('bookings', { id: booking.id }, "start_time = '24:10:00'");
    await exam.expectOnly({ code: 'WRONG_INSTANTS', detail: 'which does not exist' });
  });

  test('are found if they have another date', async () => {
    const { booking } = await exam.newBooking();
    await exam.change('bookings', { id: booking.id }, 'date = date + INTERVAL 1 DAY');
    const subject = `booking ${booking.id}`;
    await exam.expectOnly({ code: 'WRONG_INSTANTS', subject }, { code: 'DAY_VERSION', subject });
  });

  test('are found if their day has no version', async () => {
    const { doctor, booking } = await exam.newBooking();
    await exam.deleteRows('doctor_days', 'doctor_id = ?', [doctor.doctorId]);
    await exam.expectOnly({
      code: 'DAY_VERSION',
      subject: `booking ${booking.id}`,
      detail: 'no row',
    });
  });

  test.each([
    ['part of the day', "start_time = '09:00', end_time = '10:01'", /09:00:00 to 10:01:00/],
    ['the full day', 'start_time = NULL, end_time = NULL', /the full day/],
  ])('are found if an exception had already blocked %s', async (_, set, detail) => {
    const doctor = await clinic.doctor({ timezone: 'UTC', week: EVERY_DAY });
    const date = exam.inDays(9);
    const exception = await exam.block(doctor, date, '09:00', '10:00');
    const booking = await book(clinic, patient, doctor, { date, time: '10:00' });
    await exam.expectOnly();
    await exam.change('exceptions', { id: exception }, set);
    await exam.expectOnly({
      code: 'DESPITE_EXCEPTION',
      subject: `booking ${booking.id}`,
      detail,
    });
  });

  test('are not found once they are cancelled', async () => {
    const { booking } = await exam.newBooking();
    await clinic.query('UPDATE bookings SET open_from = starts_at + INTERVAL 1 MINUTE WHERE id = ?', [
      booking.id,
    ]);
    await exam.expectOnly({ code: 'OUTSIDE_OPEN_TIME' });
    await cancel(clinic, patient, booking.id);
    await exam.expectOnly();
  });
});
