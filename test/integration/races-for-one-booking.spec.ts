import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { requestBooking, book } from '../support/appointments.js';
import {
  cancel,
  CANCEL_BOOKING,
  MONDAY,
  reschedule,
  RESCHEDULE_BOOKING,
  raceForOneBooking,
  TUESDAY,
} from '../support/races.js';
import { ConcurrentApps } from '../support/concurrent-apps.js';

// Each race here has a twin in races-without-lock.spec.ts, which shows that it happens without the lock.

let rivals: ConcurrentApps;

beforeAll(async () => {
  rivals = await ConcurrentApps.open();
});

afterEach(async () => {
  rivals?.reset();
  expect(await rivals.clinic.overlappingPairs()).toBe(0);
});

afterAll(async () => {
  await rivals?.close();
});

describe('one booking', () => {
  const toTuesday = { date: TUESDAY, time: '12:00' };

  test('cancelled twice at once is cancelled once, with one notification', async () => {
    const { slow, fast, waited, ...end } = await raceForOneBooking(rivals, CANCEL_BOOKING, cancel, cancel);
    expect([waited, slow.status, fast.status, fast.body.code]).toEqual([true, 200, 400, 'BOOKING_NOT_FOUND']);
    expect(end).toMatchObject({
      status: 'cancelled',
      version: 2,
      news: ['booked', 'cancelled'],
      reminders: 0,
    });
  });

  test('while it is being cancelled does not lock its doctor', async () => {
    const [doctor, patient] = [await rivals.clinic.doctor(), await rivals.clinic.patient()];
    const { id } = await book(rivals.clinic, patient, doctor, { date: MONDAY, time: '10:00' });
    const held = rivals.statements[0].hold(CANCEL_BOOKING);
    const cancelled = cancel(rivals.clinic, patient, id);
    await held.reached;
    const locking = (table: string, row: number) =>
      rivals.clinic.query(`SELECT id FROM ${table} WHERE id = ? FOR UPDATE NOWAIT`, [row]);
    await expect(locking('bookings', id)).rejects.toThrow();
    await expect(locking('doctors', doctor.doctorId)).resolves.toHaveLength(1);
    held.release();
    expect((await cancelled).status).toBe(200);
  });

  test('cancelled while it is being rescheduled stays cancelled, without reminders', async () => {
    const { slow, fast, ...end } = await raceForOneBooking(
      rivals,
      RESCHEDULE_BOOKING,
      (clinic, patient, id) => reschedule(clinic, patient, id, toTuesday),
      cancel,
    );
    expect([slow.status, slow.body.code, fast.status]).toEqual([400, 'BOOKING_NOT_FOUND', 200]);
    expect(end).toMatchObject({
      status: 'cancelled',
      version: 2,
      news: ['booked', 'cancelled'],
      reminders: 0,
    });
  });

  test('cancelled right after a reschedule is cancelled at its new time', async () => {
    const { slow, fast, waited, ...end } = await raceForOneBooking(
      rivals,
      /^COMMIT/,
      (clinic, patient, id) => reschedule(clinic, patient, id, toTuesday),
      cancel,
    );
    expect([waited, slow.status, fast.status]).toEqual([true, 200, 200]);
    expect(end).toMatchObject({ version: 3, news: ['booked', 'moved', 'cancelled'], reminders: 0 });
  });

  test('rescheduled while it is being cancelled is refused as not found', async () => {
    const { slow, fast, waited, ...end } = await raceForOneBooking(
      rivals,
      /^COMMIT/,
      cancel,
      (clinic, patient, id) => reschedule(clinic, patient, id, toTuesday),
    );
    expect([waited, slow.status, fast.status, fast.body.code]).toEqual([true, 200, 400, 'BOOKING_NOT_FOUND']);
    expect(end).toMatchObject({ status: 'cancelled', version: 2, reminders: 0 });
  });

  test('rescheduled twice at once is rescheduled in two steps', async () => {
    const { slow, fast, waited, ...end } = await raceForOneBooking(
      rivals,
      RESCHEDULE_BOOKING,
      (clinic, patient, id) => reschedule(clinic, patient, id, toTuesday),
      (clinic, patient, id) => reschedule(clinic, patient, id, { date: MONDAY }),
    );
    expect([waited, slow.status, fast.status]).toEqual([true, 200, 200]);
    expect(fast.body).toMatchObject({ date: MONDAY, time: '12:00', version: 3 });
    expect(end).toMatchObject({ version: 3, news: ['booked', 'moved', 'moved'] });
  });

  test('that begins while its reschedule waits is not rescheduled', async () => {
    const doctor = await rivals.clinic.doctor();
    const [patient, rival] = [await rivals.clinic.patient(), await rivals.clinic.patient()];
    const { id } = await book(rivals.clinic, patient, doctor, { date: MONDAY, time: '10:00' });
    const before = rivals.clinic.clock.now();
    const { fast, waited } = await rivals.overtake(
      /^COMMIT/,
      (clinic) => requestBooking(clinic, rival, doctor, { date: MONDAY, time: '15:00' }),
      (clinic) => reschedule(clinic, patient, id, { time: '16:00' }),
      () => rivals.clinic.clock.set(`${MONDAY}T10:00:00+01:00`),
    );
    rivals.clinic.clock.set(new Date(before).toISOString());
    expect([waited, fast.status, fast.body.code]).toEqual([true, 400, 'BOOKING_STARTED']);
  });

  test('that begins while its cancellation waits is not cancelled', async () => {
    const doctor = await rivals.clinic.doctor();
    const patient = await rivals.clinic.patient();
    const { id } = await book(rivals.clinic, patient, doctor, { date: MONDAY, time: '10:00' });
    const before = rivals.clinic.clock.now();
    const { slow, fast, waited } = await rivals.overtake(
      /^COMMIT/,
      (clinic) => reschedule(clinic, patient, id, { duration: 45 }),
      ({ client }) => client.delete<{ code?: string }>(`/api/bookings/${id}`, patient),
      () => rivals.clinic.clock.set(`${MONDAY}T10:00:00+01:00`),
    );
    rivals.clinic.clock.set(new Date(before).toISOString());
    expect([waited, slow.status, fast.status, fast.body.code]).toEqual([true, 200, 400, 'BOOKING_STARTED']);
  });
});
