import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { requestBooking, book, slotsOf } from '../support/appointments.js';
import { Clinic, type DoctorPerson, NOW, type Person } from '../support/clinic.js';
import { notificationsOf } from '../support/notifications.js';
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
  test('201: id, doctor_id, user_id, date, time, duration, and the instants with offset', async () => {
    const doctor = await clinic.doctor({ timezone: 'America/Santiago' });
    const { status, body } = await requestBooking(clinic, patient, doctor, {
      date: MONDAY,
      time: '09:30',
      duration: 45,
    });
    expect(status).toBe(201);
    expect(body).toEqual({
      id: expect.any(Number) as number,
      doctor_id: doctor.doctorId,
      user_id: patient.id,
      patient: { id: expect.any(Number) as number, given_name: null, family_name: null },
      date: MONDAY,
      time: '09:30',
      duration: 45,
      type: null,
      status: 'booked',
      note: null,
      overbooked: false,
      booked_by: { account_id: patient.id, role: 'user' },
      cancelled_by: null,
      cancel_reason: null,
      version: 1,
      timezone: 'America/Santiago',
      starts_at: `${MONDAY}T09:30:00-03:00`,
      ends_at: `${MONDAY}T10:15:00-03:00`,
    });
  });

  test('the patient is read from the token, never from the body', async () => {
    const doctor = await clinic.doctor();
    const other = await clinic.patient();
    const appointment = { doctor_id: doctor.doctorId, date: MONDAY, time: '09:00' };
    for (const field of ['user_id', 'userId', 'email']) {
      expectRefusal(await post({ ...appointment, [field]: other.id }), 'VALIDATION_FAILED');
    }
    expect((await book(clinic, patient, doctor, { date: MONDAY, time: '09:00' })).user_id).toBe(patient.id);
    expect((await book(clinic, other, doctor, { date: MONDAY, time: '09:30' })).user_id).toBe(other.id);
  });

  test('duration is 30 by default, and a given duration is honoured', async () => {
    const doctor = await clinic.doctor({ week: [[1, '09:00', '11:00']] });
    const usual = await book(clinic, patient, doctor, { date: MONDAY, time: '09:00' });
    expect([usual.duration, usual.ends_at]).toEqual([30, `${MONDAY}T09:30:00+01:00`]);
    const long = await book(clinic, patient, doctor, { date: MONDAY, time: '09:30', duration: 61 });
    expect([long.duration, long.ends_at]).toEqual([61, `${MONDAY}T10:31:00+01:00`]);
    expect(await slotsOf(clinic, patient, doctor, MONDAY, 1)).toEqual(['10:45']);
    await book(clinic, patient, doctor, { date: MONDAY, time: '10:31', duration: 29 });
    expect(await slotsOf(clinic, patient, doctor, MONDAY, 1)).toEqual([]);
  });

  test('a duration of 1 or of 480 is within 1..480', async () => {
    const doctor = await clinic.doctor();
    await book(clinic, patient, doctor, { date: MONDAY, time: '09:00', duration: 480 });
    await book(clinic, patient, doctor, { date: TUESDAY, time: '16:59', duration: 1 });
  });

  test('whether a start is in the future depends on the doctor’s time zone, not the clinic’s', async () => {
    clinic.clock.set(`${MONDAY}T10:00:00+01:00`);
    const east = await clinic.doctor({ timezone: 'Asia/Tokyo' });
    const west = await clinic.doctor({ timezone: 'America/Los_Angeles' });
    expectRefusal(
      await requestBooking(clinic, patient, east, { date: MONDAY, time: '16:00' }),
      'NOT_IN_FUTURE',
    );
    const booked = await book(clinic, patient, west, { date: MONDAY, time: '09:00' });
    expect(Date.parse(booked.starts_at)).toBe(Date.parse(`${MONDAY}T17:00:00Z`));
  });

  test.each([
    ['09:07', 13],
    ['09:01', 59],
    ['09:59', 1],
    ['09:00', 60],
  ])('any HH:MM inside the window may be booked, not only the grid: %s for %i', async (time, duration) => {
    const doctor = await clinic.doctor({ week: [[1, '09:00', '10:00']] });
    await book(clinic, patient, doctor, { date: MONDAY, time, duration });
  });

  test('windows that touch count as one: an appointment may span both', async () => {
    const doctor = await clinic.doctor({
      week: [
        [1, '09:00', '10:00'],
        [1, '10:00', '11:00'],
      ],
    });
    await book(clinic, patient, doctor, { date: MONDAY, time: '09:50', duration: 20 });
  });

  test('the weekday of a window is that of the date in the doctor’s time zone', async () => {
    // Monday begins in Kiritimati at 11:00 on Sunday at the clinic.
    const doctor = await clinic.doctor({ timezone: 'Pacific/Kiritimati', week: [[1, '00:00', '23:59']] });
    clinic.clock.set('2026-03-01T09:00:00Z');
    const booked = await book(clinic, patient, doctor, { date: MONDAY, time: '00:01' });
    expect(Date.parse(booked.starts_at)).toBe(Date.parse('2026-03-01T10:01:00Z'));
    expectRefusal(await requestBooking(clinic, patient, doctor, { date: TUESDAY, time: '00:01' }));
  });

  test('a booking that touches, a cancelled one, or another doctor’s is no overlap', async () => {
    const [doctor, colleague] = [await clinic.doctor(), await clinic.doctor()];
    const { id } = await book(clinic, patient, doctor, { date: MONDAY, time: '10:00' });
    await book(clinic, patient, doctor, { date: MONDAY, time: '09:30' });
    await book(clinic, patient, doctor, { date: MONDAY, time: '10:30' });
    await book(clinic, patient, colleague, { date: MONDAY, time: '10:00' });
    await clinic.client.delete(`/api/bookings/${id}`, { token: patient.token });
    await book(clinic, patient, doctor, { date: MONDAY, time: '10:05', duration: 20 });
  });
});

test('of 50 parallel POSTs for overlapping appointments with different starts and durations, exactly one is 201', async () => {
  const doctor = await clinic.doctor();
  const patientRows = await Promise.all(Array.from({ length: 5 }, () => clinic.patient()));
  const appointments = Array.from({ length: 50 }, (_, index) => {
    // Starts from 10:00 to 10:49, ends at 11:00 or later: any two overlap.
    const start = (index * 7) % 50;
    return { date: MONDAY, time: `10:${String(start).padStart(2, '0')}`, duration: 60 - start + (index % 9) };
  });
  const answers = await Promise.all(
    appointments.map((appointment, index) =>
      requestBooking(clinic, patientRows[index % 5]!, doctor, appointment),
    ),
  );
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
  const refused = answers.filter(({ status }) => status !== 201);
  expect(refused).toHaveLength(49);
  for (const answer of refused) expectRefusal(answer, 'TAKEN');
  expect(await clinic.overlappingPairs()).toBe(0);
});

test('the ledger rows do not depend on the role of the account that books', async () => {
  const rowsOf = async (person: Person, doctor: DoctorPerson) => {
    const { id } = await book(clinic, person, doctor, { date: TUESDAY, time: '12:00' });
    await clinic.client.patch(`/api/bookings/${id}`, { time: '12:15' }, { token: person.token });
    await clinic.client.delete(`/api/bookings/${id}`, { token: person.token });
    return (await notificationsOf(clinic, id)).map((row) => ({ ...row, id: undefined }));
  };
  const doctor = await clinic.doctor();
  const patientRows = await rowsOf(patient, await clinic.doctor());
  expect(patientRows.map(({ kind, state }) => `${kind} ${state}`)).toEqual([
    'booked pending',
    'reminder_24h cancelled',
    'reminder_1h cancelled',
    'moved pending',
    'reminder_24h cancelled',
    'reminder_1h cancelled',
    'cancelled pending',
  ]);
  expect(await rowsOf(doctor, doctor)).toEqual(patientRows);
  expect(await rowsOf(await clinic.doctor(), await clinic.doctor())).toEqual(patientRows);
  expect(await rowsOf(await clinic.admin(), await clinic.doctor())).toEqual(patientRows);
});
