import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { InstantRenewal, type Renewal } from '../../src/bookings/instant-renewal.service.js';
import { Changes } from '../../src/outbox/changes.js';
import { book, type BookingJson } from '../support/appointments.js';
import type { Clinic } from '../support/clinic.js';
import { ExaminedClinic } from '../support/examined-clinic.js';
import { notificationsOf } from '../support/notifications.js';
import { shiftInstants } from '../support/shifted-instants.js';

// The tests shift the instants of bookings by an hour, as other time zone data would have computed them.

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

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

const correctInstants = ({ starts_at, ends_at }: BookingJson): [Date, Date] => [
  new Date(starts_at),
  new Date(ends_at),
];

async function eventsOf({ id }: { id: number }): Promise<Record<string, unknown>[]> {
  const rows = await clinic.query<{ actor_id: number | null; particulars: string }>(
    "SELECT actor_id, particulars FROM audit_events WHERE action = 'booking.renewed' AND subject_id = ?",
    [id],
  );
  return rows.map(({ actor_id, particulars }) => ({
    actor_id,
    ...(JSON.parse(particulars) as Record<string, unknown>),
  }));
}

describe.each([
  ['later', -1],
  ['earlier', 1],
])('bookings that become an hour %s', (_, hours) => {
  test('get the instants that their wall time means, each with one event', async () => {
    const { doctor, booking } = await exam.newBooking({ time: '09:00', duration: 60 });
    const bookings = [booking];
    for (const time of ['10:00', '11:00', '11:30', '13:00']) {
      bookings.push(await book(clinic, exam.patient, doctor, { date: booking.date, time, duration: 30 }));
    }
    bookings.push(await book(clinic, exam.patient, doctor, { date: exam.inDays(10), time: '00:00' }));
    await shiftInstants(clinic, hours, ...bookings);
    const renewals = await renewAll();
    expect(renewals.map(({ is }) => is)).toEqual(bookings.map(() => 'renewed'));
    for (const each of bookings) {
      expect(await instantsOf(each)).toEqual(correctInstants(each));
      const before = new Date(Date.parse(each.starts_at) + hours * HOUR_MS).toISOString();
      expect(await eventsOf(each)).toEqual([
        {
          actor_id: null,
          doctor_id: doctor.doctorId,
          date: each.date,
          time: each.time,
          duration: each.duration,
          starts_at_before: before,
          starts_at: new Date(each.starts_at).toISOString(),
          time_zone_data: process.versions.tz,
        },
      ]);
    }
    expect(await renewAll()).toEqual([]);
    expect(await eventsOf(booking)).toHaveLength(1);
    const me = await clinic.client.get<BookingJson[]>(`/api/bookings/doctor`, doctor);
    expect(me.body.map(({ id, version, starts_at }) => ({ id, version, starts_at }))).toEqual(
      bookings.map(({ id, version, starts_at }) => ({ id, version, starts_at })),
    );
  });

  test('have unsent mails with the new start, and reminders that follow it', async () => {
    const { booking } = await exam.newBooking();
    const start = Date.parse(booking.starts_at);
    await shiftInstants(clinic, hours, booking);
    await clinic.query(
      `UPDATE notifications SET state = 'queued', lease = 3, claim = 'x', leased_until = UTC_TIMESTAMP() + INTERVAL 1 HOUR
       WHERE booking_id = ? AND kind = 'reminder_1h'`,
      [booking.id],
    );
    await renewAll();
    const notifications = await clinic.query<{
      kind: string;
      starts_at: Date;
      due_at: Date;
      lease: number;
      state: string;
    }>('SELECT kind, starts_at, due_at, lease, state FROM notifications WHERE booking_id = ? ORDER BY id', [
      booking.id,
    ]);
    expect(notifications.map(({ starts_at }) => starts_at.getTime())).toEqual([start, start, start]);
    expect(notifications.slice(1).map(({ due_at }) => start - due_at.getTime())).toEqual([DAY_MS, HOUR_MS]);
    expect(notifications.map(({ state, lease }) => [state, lease])).toEqual([
      ['pending', 0],
      ['pending', 0],
      ['pending', 4],
    ]);
  });
});

test('a sent notification is not sent again, and a reminder whose moment has passed is due at once', async () => {
  const { booking } = await exam.newBooking();
  const before = clinic.clock.now();
  // The reminder is due half an hour ago by the correct instant, in half an hour by the wrong one.
  clinic.clock.set(new Date(Date.parse(booking.starts_at) - DAY_MS + HOUR_MS / 2).toISOString());
  await shiftInstants(clinic, 1, booking);
  await clinic.query("UPDATE notifications SET state = 'sent' WHERE booking_id = ? AND kind = 'booked'", [
    booking.id,
  ]);
  await renewAll();
  const now = clinic.clock.now();
  const [news, reminder] = await notificationsOf(clinic, booking.id);
  clinic.clock.set(new Date(before).toISOString());
  const states = [news, reminder].map((notification) => [notification!.kind, notification!.state]);
  expect(states).toContainEqual(['booked', 'sent']);
  expect(states).toContainEqual(['reminder_24h', 'pending']);
  expect(Math.abs(reminder!.due_at.getTime() - now)).toBeLessThan(60_000);
});

test('a booking that becomes later gets the reminder for which it was too late before', async () => {
  const soon = new Date(clinic.clock.now() + 24.5 * HOUR_MS);
  const [date, time] = [soon.toISOString().slice(0, 10), soon.toISOString().slice(11, 16)];
  const doctor = await clinic.doctor({
    timezone: 'UTC',
    week: [0, 1, 2, 3, 4, 5, 6].map((day) => [day, '00:00', '24:00'] as const),
  });
  const booking = await book(clinic, exam.patient, doctor, { date, time, duration: 1 });
  await shiftInstants(clinic, -1, booking);
  await clinic.query("DELETE FROM notifications WHERE booking_id = ? AND kind = 'reminder_24h'", [
    booking.id,
  ]);
  expect((await renewAll()).map(({ is }) => is)).toEqual(['renewed']);
  const notifications = await notificationsOf(clinic, booking.id);
  expect(notifications.map(({ kind, state }) => `${kind} ${state}`).sort()).toEqual([
    'booked pending',
    'reminder_1h pending',
    'reminder_24h pending',
  ]);
});
