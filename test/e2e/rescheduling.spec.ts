import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { requestBooking, book, type BookingJson, slotsOf } from '../support/appointments.js';
import { Clinic, type DoctorPerson, NOW, type Person } from '../support/clinic.js';
import { notificationsOf } from '../support/notifications.js';
import { expectRefusal, withoutRequestId } from '../support/refusals.js';

const MONDAY = '2026-03-02';
const WEDNESDAY = '2026-03-04';
const THURSDAY = '2026-03-05';

let clinic: Clinic;
let patient: Person;
let doctor: DoctorPerson;
let booking: BookingJson;

beforeAll(async () => {
  clinic = await Clinic.open();
  await clinic.liftLimits();
  patient = await clinic.patient();
});
beforeEach(async () => {
  clinic.clock.set(NOW);
  doctor = await clinic.doctor();
  booking = await book(clinic, patient, doctor, { date: WEDNESDAY, time: '10:00', duration: 30 });
});
afterAll(() => clinic?.close());

const reschedule = (
  change: unknown,
  { id }: { id: number | string } = booking,
  { token }: Person = patient,
) => clinic.client.patch(`/api/bookings/${id}`, change, { token });
const stored = async ({ id } = booking) => ({
  booking: await clinic.query('SELECT * FROM bookings WHERE id = ?', [id]),
  notifications: await notificationsOf(clinic, id),
});

describe('PATCH /api/bookings/:id', () => {
  test.each([
    [
      { date: THURSDAY },
      { date: THURSDAY, starts_at: `${THURSDAY}T10:00:00+01:00`, ends_at: `${THURSDAY}T10:30:00+01:00` },
    ],
    [
      { time: '12:05' },
      { time: '12:05', starts_at: `${WEDNESDAY}T12:05:00+01:00`, ends_at: `${WEDNESDAY}T12:35:00+01:00` },
    ],
    [{ duration: 45 }, { duration: 45, ends_at: `${WEDNESDAY}T10:45:00+01:00` }],
    [
      { date: THURSDAY, time: '09:00', duration: 480 },
      {
        ...{ date: THURSDAY, time: '09:00', duration: 480 },
        ...{ starts_at: `${THURSDAY}T09:00:00+01:00`, ends_at: `${THURSDAY}T17:00:00+01:00` },
      },
    ],
  ])('200: the booking, same id; what is not given stays: %j', async (change, changed) => {
    const { status, body } = await reschedule(change);
    expect([status, body]).toEqual([200, { ...booking, ...changed, version: 2 }]);
    const mine = await clinic.client.get<BookingJson[]>('/api/bookings/me', { token: patient.token });
    expect(mine.body.find(({ id }) => id === booking.id)).toMatchObject(body);
  });

  test('frees the old time and takes the new one in one step', async () => {
    await reschedule({ date: THURSDAY });
    expect(await slotsOf(clinic, patient, doctor, WEDNESDAY)).toContain('10:00');
    expect(await slotsOf(clinic, patient, doctor, THURSDAY)).not.toContain('10:00');
  });

  test('the booking’s own old time does not count as taken: it can shift by 15 minutes either way, or get longer', async () => {
    expect((await reschedule({ time: '10:15' })).status).toBe(200);
    expect((await reschedule({ time: '10:00' })).status).toBe(200);
    expect((await reschedule({ duration: 60 })).status).toBe(200);
    expect((await reschedule({ time: '10:20', duration: 15 })).body).toMatchObject({
      time: '10:20',
      version: 5,
    });
    expect(await slotsOf(clinic, patient, doctor, WEDNESDAY, 80)).toContain('09:00');
  });

  test('each change raises the version; a request without a difference changes nothing and notifies nobody', async () => {
    expect((await reschedule({ time: '11:00' })).body.version).toBe(2);
    expect((await reschedule({ time: '12:00' })).body.version).toBe(3);
    const before = await stored();
    const same = await reschedule({ date: WEDNESDAY, time: '12:00', duration: 30 });
    expect([same.status, same.body.version]).toEqual([200, 3]);
    expect(await stored()).toEqual(before);
  });

  test.each([
    ['a start that is not in the future', { date: MONDAY, time: '09:00' }, 'NOT_IN_FUTURE'],
    ['a start that is exactly now', { date: MONDAY, time: '10:00' }, 'NOT_IN_FUTURE'],
    ['a time outside the window', { time: '17:00' }, 'OUTSIDE_AVAILABILITY'],
    ['a time not wholly in the window', { time: '16:31' }, 'OUTSIDE_AVAILABILITY'],
    ['a weekday without a window', { date: '2026-03-07' }, 'OUTSIDE_AVAILABILITY'],
    ['an overlap with another live booking', { time: '13:50' }, 'TAKEN'],
    ['a duration that overlaps the next booking', { duration: 241 }, 'TAKEN'],
    ['an overlap with an exception', { time: '15:29' }, 'EXCEPTION'],
    ['a blocked day', { date: THURSDAY }, 'EXCEPTION'],
    ['a wall time that does not exist', { date: '2026-03-29', time: '02:30' }, 'NO_SUCH_TIME'],
    ['a duration of 0', { duration: 0 }, 'VALIDATION_FAILED'],
    ['a duration of 481', { duration: 481 }, 'VALIDATION_FAILED'],
    ['a duration as text', { duration: '30' }, 'VALIDATION_FAILED'],
    ['an impossible date', { date: '2027-02-31' }, 'VALIDATION_FAILED'],
    ['an impossible time', { time: '25:99' }, 'VALIDATION_FAILED'],
    ['null', { time: null }, 'VALIDATION_FAILED'],
    ['another doctor', { time: '11:00', doctor_id: 1 }, 'VALIDATION_FAILED'],
    ['another patient', { time: '11:00', user_id: 1 }, 'VALIDATION_FAILED'],
    ['another status', { status: 'cancelled' }, 'VALIDATION_FAILED'],
    ['an empty body', {}, 'NOTHING_TO_CHANGE'],
    ['not an object', [], undefined],
  ])(
    'follows the rules of a new booking, and a refusal leaves the booking unchanged: %s',
    async (_, change, code) => {
      await book(clinic, patient, doctor, { date: WEDNESDAY, time: '14:00' });
      const block = (body: object) => clinic.client.post('/api/exceptions', body, { token: doctor.token });
      await block({ date: WEDNESDAY, start_time: '15:30', end_time: '16:00' });
      await block({ date: THURSDAY, is_full_day: true });
      clinic.clock.set(`${MONDAY}T10:00:00+01:00`);
      const before = await stored();
      expectRefusal(await reschedule(change), code);
      expect(await stored()).toEqual(before);
      expectRefusal(
        await requestBooking(clinic, patient, doctor, { date: WEDNESDAY, time: '10:00' }),
        'TAKEN',
      );
    },
  );

  test('another patient’s, a cancelled and an unknown booking get the same answer as on DELETE', async () => {
    const stranger = await clinic.patient();
    const strangers = await book(clinic, stranger, doctor, { date: WEDNESDAY, time: '11:00' });
    const gone = await book(clinic, patient, doctor, { date: WEDNESDAY, time: '12:00' });
    const cancel = (id: number) => clinic.client.delete(`/api/bookings/${id}`, { token: patient.token });
    await cancel(gone.id);
    const refusals = [
      await reschedule({ time: '13:00' }, strangers),
      await reschedule({ time: '13:00' }, gone),
      await reschedule({ time: '13:00' }, { id: 4000000 }),
      // The answer does not depend on whether the new time is possible.
      await reschedule({ time: '03:00' }, strangers),
      await reschedule({ time: '11:00' }, strangers),
      await reschedule({ time: '12:00' }, gone),
      await cancel(strangers.id),
    ];
    for (const refusal of refusals) expectRefusal(refusal, 'BOOKING_NOT_FOUND');
    const [first, ...others] = refusals.map(withoutRequestId);
    for (const other of others) expect(other).toEqual(first);
    expect((await stored(strangers)).booking).toMatchObject([{ user_id: stranger.id, version: 1 }]);
  });

  test('its doctor cannot reschedule a booking', async () => {
    expectRefusal(await reschedule({ time: '11:00' }, booking, doctor), 'BOOKING_NOT_FOUND');
  });

  test('a booking that has started: 400, even for a future time', async () => {
    clinic.clock.set(`${WEDNESDAY}T10:00:00+01:00`);
    const before = await stored();
    expectRefusal(await reschedule({ date: THURSDAY }), 'BOOKING_STARTED');
    expectRefusal(await reschedule({ time: '10:00' }), 'BOOKING_STARTED');
    expect(await stored()).toEqual(before);
  });

  test.each(['abc', '0', '1.5', '99999999999'])('a non-integer id: 400 with a text: %s', async (id) => {
    expectRefusal(await reschedule({ time: '11:00' }, { id }), 'VALIDATION_FAILED');
  });

  test('an email announces the new time, and new reminders replace the old ones', async () => {
    await reschedule({ date: THURSDAY, time: '12:00' });
    const rows = await notificationsOf(clinic, booking.id);
    const notifications = rows.map(({ booking_version, kind, state, due_at }) => [
      booking_version,
      kind,
      state,
      due_at.toISOString(),
    ]);
    expect(notifications).toEqual([
      [1, 'booked', 'pending', '2026-03-01T10:00:00.000Z'],
      [1, 'reminder_24h', 'cancelled', '2026-03-03T09:00:00.000Z'],
      [1, 'reminder_1h', 'cancelled', '2026-03-04T08:00:00.000Z'],
      [2, 'moved', 'pending', '2026-03-01T10:00:00.000Z'],
      [2, 'reminder_24h', 'pending', '2026-03-04T11:00:00.000Z'],
      [2, 'reminder_1h', 'pending', '2026-03-05T10:00:00.000Z'],
    ]);
  });
});

test('simultaneous reschedules between two days all end with 200 or 400 and create no overlap', async () => {
  const others: BookingJson[] = [];
  for (let hour = 9; hour < 17; hour += 1) {
    const time = `${String(hour).padStart(2, '0')}:30`;
    others.push(await book(clinic, patient, doctor, { date: hour % 2 ? WEDNESDAY : THURSDAY, time }));
  }
  const answers = await Promise.all(
    others.flatMap((one) => [
      reschedule({ date: one.date === WEDNESDAY ? THURSDAY : WEDNESDAY }, one),
      reschedule({ date: THURSDAY, time: '12:15' }, one),
    ]),
  );
  expect([...new Set(answers.map(({ status }) => status))].sort()).toEqual([200, 400]);
  expect(await clinic.overlappingPairs()).toBe(0);
});

test('of simultaneous reschedules and new bookings for the same hour, exactly one succeeds', async () => {
  const others: BookingJson[] = [];
  for (const minute of ['00', '10', '20', '30', '40', '50']) {
    others.push(await book(clinic, patient, doctor, { date: WEDNESDAY, time: `09:${minute}`, duration: 10 }));
  }
  const answers = await Promise.all([
    ...others.map((one, index) => reschedule({ date: THURSDAY, time: `12:0${index}`, duration: 30 }, one)),
    ...others.map((_, index) =>
      requestBooking(clinic, patient, doctor, { date: THURSDAY, time: `12:1${index}` }),
    ),
  ]);
  expect(answers.filter(({ status }) => status === 200 || status === 201)).toHaveLength(1);
  for (const refusal of answers.filter(({ status }) => status >= 300)) expectRefusal(refusal, 'TAKEN');
  expect(await clinic.overlappingPairs()).toBe(0);
});
