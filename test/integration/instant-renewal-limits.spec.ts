import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { InstantRenewal, type Renewal } from '../../src/bookings/instant-renewal.service.js';
import { Changes } from '../../src/outbox/changes.js';
import { requestBooking, book, slotsOf } from '../support/appointments.js';
import type { Clinic } from '../support/clinic.js';
import { eventually } from '../support/eventually.js';
import { ExaminedClinic } from '../support/examined-clinic.js';
import { cancel, reschedule } from '../support/races.js';
import { shiftInstants } from '../support/shifted-instants.js';

// The tests shift the instants of bookings by an hour, as other time zone data would have computed them.

let exam: ExaminedClinic;
let clinic: Clinic;
let renewal: InstantRenewal;

beforeAll(async () => {
  exam = await ExaminedClinic.open();
  ({ clinic } = exam);
  const changes = clinic.app.get(Changes, { strict: false });
  renewal = new InstantRenewal(clinic.dataSource, changes, clinic.clock);
});

afterEach(() => exam.expectMended());
afterAll(() => exam?.close());

async function renewAll(): Promise<Renewal[]> {
  const renewals = [];
  for await (const each of renewal.renewAll()) renewals.push(each);
  return renewals;
}

async function instantsOf({ id }: { id: number }): Promise<[Date, Date]> {
  const [row] = await clinic.query<{ starts_at: Date; ends_at: Date }>(
    'SELECT starts_at, ends_at FROM bookings WHERE id = ?',
    [id],
  );
  return [row!.starts_at, row!.ends_at];
}

test.each([-1, 1])(
  'a booking that is %i h off blocks both its stored time and its wall time',
  async (hours) => {
    const { doctor, booking } = await exam.newBooking({ time: '12:00' });
    const later = await book(clinic, exam.patient, doctor, { date: booking.date, time: '14:00' });
    await shiftInstants(clinic, hours, booking);
    const stored = hours < 0 ? '11:00' : '13:00';
    const offered = await slotsOf(clinic, exam.patient, doctor, booking.date);
    for (const time of ['12:00', stored]) {
      expect(offered).not.toContain(time);
      for (const start of [time, time.replace(':00', ':29')]) {
        const booked = await requestBooking(clinic, exam.patient, doctor, {
          date: booking.date,
          time: start,
          duration: 30,
        });
        const moved = await reschedule(clinic, exam.patient, later.id, { time: start });
        expect([booked.status, booked.body.code]).toEqual([400, 'TAKEN']);
        expect([moved.status, moved.body.code]).toEqual([400, 'TAKEN']);
      }
    }
    await renewAll();
    expect(await slotsOf(clinic, exam.patient, doctor, booking.date)).toContain(stored);
  },
);

test('a booking that would overlap another one is left as it is, and reported with the other', async () => {
  const { doctor, booking } = await exam.newBooking({ time: '10:00' });
  const other = await book(clinic, exam.patient, doctor, { date: booking.date, time: '11:00' });
  await shiftInstants(clinic, -1, booking);
  await clinic.query(
    `UPDATE bookings SET starts_at = starts_at - INTERVAL 45 MINUTE, ends_at = ends_at - INTERVAL 45 MINUTE,
                         start_time = '10:15' WHERE id = ?`,
    [other.id],
  );
  const stale = await instantsOf(booking);
  expect(await renewAll()).toEqual([
    { booking: expect.objectContaining({ id: booking.id }) as unknown, is: 'overlapping', other: other.id },
  ]);
  expect(await instantsOf(booking)).toEqual(stale);
  expect(await clinic.overlappingPairs()).toBe(0);
  await cancel(clinic, exam.patient, other.id);
  expect((await renewAll()).map(({ is }) => is)).toEqual(['renewed']);
});

test('a booking at a time that the new rules skip is left as it is, and reported', async () => {
  const { booking } = await exam.newBooking();
  await clinic.query("UPDATE bookings SET start_time = '24:10:00' WHERE id = ?", [booking.id]);
  expect((await renewAll()).map(({ booking: { id }, is }) => [id, is])).toEqual([
    [booking.id, 'without instant'],
  ]);
  await clinic.query("UPDATE bookings SET start_time = '10:00:00' WHERE id = ?", [booking.id]);
});

test('cancelled bookings and those that have begun stay as they are', async () => {
  const { doctor, booking } = await exam.newBooking();
  const begun = await book(clinic, exam.patient, doctor, { date: booking.date, time: '12:00' });
  await shiftInstants(clinic, -1, booking, begun);
  await cancel(clinic, exam.patient, booking.id);
  const before = clinic.clock.now();
  clinic.clock.set(begun.starts_at);
  expect(await renewAll()).toEqual([]);
  clinic.clock.set(new Date(before).toISOString());
  expect((await renewAll()).map(({ booking: { id } }) => id)).toEqual([begun.id]);
});

test('the renewal waits for a booking of the time that is being made, which keeps it', async () => {
  const { doctor, booking } = await exam.newBooking({ time: '10:00' });
  const { doctorId } = doctor;
  await shiftInstants(clinic, -1, booking);
  const rival = clinic.dataSource.createQueryRunner();
  let outcome: Renewal[];
  let otherId: number;
  try {
    await rival.startTransaction();
    await rival.query('UPDATE doctor_days SET version = version + 1 WHERE doctor_id = ? AND date = ?', [
      doctorId,
      booking.date,
    ]);
    const renewing = renewAll();
    await eventually('the renewal waits for the day', async () => {
      const waiting = await clinic.query(
        `SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND info LIKE '/* lock-day */%'`,
      );
      return waiting.length > 0 ? true : undefined;
    });
    const { insertId } = (await rival.query(
      `INSERT INTO bookings (uid, doctor_id, user_id, patient_id, date, start_time, duration_minutes, starts_at, ends_at, status,
                             version, created_at, updated_at)
       SELECT UUID(), doctor_id, user_id, patient_id, date, '10:10:00', 30, ? + INTERVAL 10 MINUTE, ? + INTERVAL 40 MINUTE, 'booked',
              1, created_at, updated_at FROM bookings WHERE id = ?`,
      [new Date(booking.starts_at), new Date(booking.starts_at), booking.id],
    )) as { insertId: number };
    otherId = insertId;
    await rival.commitTransaction();
    outcome = await renewing;
  } finally {
    await rival.release();
  }
  expect(outcome).toEqual([expect.objectContaining({ is: 'overlapping', other: otherId })]);
  expect(await clinic.overlappingPairs()).toBe(0);
  await clinic.query('DELETE FROM bookings WHERE id = ?', [otherId]);
  expect((await renewAll()).map(({ is }) => is)).toEqual(['renewed']);
});
