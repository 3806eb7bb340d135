import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { requestBooking, book, type BookingJson, slotsOf } from '../support/appointments.js';
import { Clinic, type DoctorPerson, NOW, type Person } from '../support/clinic.js';
import { notificationsOf } from '../support/notifications.js';
import { expectRefusal, withoutRequestId } from '../support/refusals.js';

const MONDAY = '2026-03-02';

let clinic: Clinic;
let patient: Person;
let doctor: DoctorPerson;

beforeAll(async () => {
  clinic = await Clinic.open();
  patient = await clinic.patient();
});
beforeEach(async () => {
  clinic.clock.set(NOW);
  doctor = await clinic.doctor();
});
afterAll(() => clinic?.close());

const cancel = (id: number | string, { token }: Person = patient) =>
  clinic.client.delete(`/api/bookings/${id}`, { token });
const bookAt = (time: string, person = patient) => book(clinic, person, doctor, { date: MONDAY, time });
const stored = async (id: number) =>
  (
    await clinic.query<{ status: string; version: number }>(
      'SELECT status, version FROM bookings WHERE id = ?',
      [id],
    )
  )[0];

describe('DELETE /api/bookings/:id', () => {
  test('200 { "message": "Booking cancelled successfully" }', async () => {
    const { status, body } = await cancel((await bookAt('09:00')).id);
    expect([status, body]).toEqual([200, { message: 'Booking cancelled successfully' }]);
  });

  test('accepts a JSON content type without a body', async () => {
    const { id } = await bookAt('09:00');
    const { status } = await clinic.client.delete(`/api/bookings/${id}`, {
      token: patient.token,
      headers: { 'content-type': 'application/json' },
    });
    expect(status).toBe(200);
  });

  test('frees the time at once, for everybody', async () => {
    const { id } = await bookAt('09:00');
    await cancel(id);
    expect(await slotsOf(clinic, patient, doctor, MONDAY)).toContain('09:00');
    expect(
      (await requestBooking(clinic, await clinic.patient(), doctor, { date: MONDAY, time: '09:00' })).status,
    ).toBe(201);
  });

  test('keeps the row with the new status and a higher version; booking again makes a new row', async () => {
    const { id } = await bookAt('09:00');
    await cancel(id);
    expect(await stored(id)).toEqual({ status: 'cancelled', version: 2 });
    expect((await bookAt('09:00')).id).not.toBe(id);
  });

  test('another patient’s booking, an unknown id, an already cancelled one: 400, the same text for all three', async () => {
    const strangers = await bookAt('09:00', await clinic.patient());
    const own = await bookAt('10:00');
    await cancel(own.id);
    const refusals = [await cancel(strangers.id), await cancel(4000000), await cancel(own.id)];
    for (const refusal of refusals) expectRefusal(refusal, 'BOOKING_NOT_FOUND');
    const [first, ...others] = refusals.map(withoutRequestId);
    for (const other of others) expect(other).toEqual(first);
    expect(await stored(strangers.id)).toEqual({ status: 'booked', version: 1 });
    expect(await stored(own.id)).toEqual({ status: 'cancelled', version: 2 });
  });

  test('its doctor, another doctor and an admin cannot cancel a booking', async () => {
    const { id } = await bookAt('09:00');
    for (const person of [doctor, await clinic.doctor(), await clinic.admin()]) {
      expectRefusal(await cancel(id, person), 'BOOKING_NOT_FOUND');
    }
    expect(await stored(id)).toEqual({ status: 'booked', version: 1 });
  });

  test('a booking that has started: 400, from its first instant on, during it and after it', async () => {
    const { id } = await bookAt('09:00');
    for (const now of ['09:00:00', '09:15:00', '17:00:00']) {
      clinic.clock.set(`${MONDAY}T${now}+01:00`);
      expectRefusal(await cancel(id), 'BOOKING_STARTED');
    }
    clinic.clock.set(`${MONDAY}T08:59:59+01:00`);
    expect((await cancel(id)).status).toBe(200);
  });

  test('BOOKING_STARTED is revealed only for the patient’s own live booking', async () => {
    const strangers = await bookAt('09:00', await clinic.patient());
    const own = await bookAt('10:00');
    await cancel(own.id);
    clinic.clock.set(`${MONDAY}T12:00:00+01:00`);
    expectRefusal(await cancel(strangers.id), 'BOOKING_NOT_FOUND');
    expectRefusal(await cancel(own.id), 'BOOKING_NOT_FOUND');
  });

  test.each(['abc', '0', '-1', '1.5', '1e3', '99999999999', '1%20', '1;drop', '%00'])(
    'a non-integer id: 400 with a text: %s',
    async (id) => expectRefusal(await cancel(id), 'VALIDATION_FAILED'),
  );

  test('adds one cancellation notification and cancels the reminders; a refusal writes nothing', async () => {
    const later = await book(clinic, patient, doctor, { date: '2026-03-05', time: '09:00' });
    await cancel(later.id);
    const rows = await notificationsOf(clinic, later.id);
    expect(rows.map(({ kind, state, reason }) => [kind, state, reason])).toEqual([
      ['booked', 'pending', null],
      ['reminder_24h', 'cancelled', 'the booking was cancelled'],
      ['reminder_1h', 'cancelled', 'the booking was cancelled'],
      ['cancelled', 'pending', null],
    ]);
    await cancel(later.id);
    expect(await notificationsOf(clinic, later.id)).toEqual(rows);
  });

  test('of 20 parallel cancellations of one booking, one succeeds and adds one notification', async () => {
    const { id } = await bookAt('09:00');
    const answers = await Promise.all(Array.from({ length: 20 }, () => cancel(id)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    for (const refusal of answers.filter(({ status }) => status !== 200)) {
      expectRefusal(refusal, 'BOOKING_NOT_FOUND');
    }
    expect((await notificationsOf(clinic, id)).filter(({ kind }) => kind === 'cancelled')).toHaveLength(1);
    expect(await stored(id)).toEqual({ status: 'cancelled', version: 2 });
  });

  test('a simultaneous cancellation and reschedule are serialised, and the booking ends up cancelled', async () => {
    const bookings: BookingJson[] = [];
    for (let hour = 9; hour < 17; hour += 1)
      bookings.push(await bookAt(`${String(hour).padStart(2, '0')}:00`));
    const outcomes = await Promise.all(
      bookings.map(async ({ id }) => {
        const reschedule = clinic.client.patch(
          `/api/bookings/${id}`,
          { duration: 45 },
          { token: patient.token },
        );
        const [rescheduled, cancelled] = await Promise.all([reschedule, cancel(id)]);
        return { id, rescheduled, cancelled };
      }),
    );
    for (const { id, rescheduled, cancelled } of outcomes) {
      expect(cancelled.status).toBe(200);
      if (rescheduled.status !== 200) expectRefusal(rescheduled, 'BOOKING_NOT_FOUND');
      const version = rescheduled.status === 200 ? 3 : 2;
      expect(await stored(id)).toEqual({ status: 'cancelled', version });
      const pending = (await notificationsOf(clinic, id)).filter(({ state }) => state === 'pending');
      expect(pending.map(({ kind }) => kind)).toEqual(
        rescheduled.status === 200 ? ['booked', 'moved', 'cancelled'] : ['booked', 'cancelled'],
      );
    }
  });
});
