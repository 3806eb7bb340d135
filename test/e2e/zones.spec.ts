import type { Pool, PoolConnection } from 'mysql2';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { requestBooking } from '../support/appointments.js';
import type { Answer, Json } from '../support/client.js';
import { Clinic, type Week } from '../support/clinic.js';
import { addException, cancel, reschedule } from '../support/races.js';

// Dates are in the doctor's zone, whatever the zones of the process and the database server.

const PROCESS_ZONES = ['UTC', 'Pacific/Kiritimati', 'America/Los_Angeles'];
const SERVER_ZONE = '+05:00';
const DOCTOR_ZONES = ['Europe/Madrid', 'Pacific/Kiritimati', 'America/Los_Angeles'];

// Monday in Kiritimati, Sunday in Madrid, and 02:30 on Sunday in Los Angeles.
const NOW = '2026-03-01T10:30:00Z';
const ALL_WEEK: Week = [0, 1, 2, 3, 4, 5, 6].map((day) => [day, '00:00', '23:59'] as const);

const processZone = process.env.TZ;
const visits = new Map<string, Record<string, unknown>>();

/** Sets the session time zone on every connection, as if the database server were in another zone. */
function setServerZone({ dataSource }: Clinic, zone: string): void {
  const { pool } = dataSource.driver as unknown as { pool: Pool };
  const configured = new WeakSet<PoolConnection>();
  pool.on('acquire', (connection) => {
    if (!configured.has(connection)) connection.query(`SET SESSION time_zone = '${zone}'`);
    configured.add(connection);
  });
}

/** All that patients and doctors see of a few days, and the resulting rows. */
async function visit(clinic: Clinic): Promise<Record<string, unknown>> {
  const answers: Record<string, unknown> = {};
  const record = (name: string, { status, body }: Answer<unknown>): void =>
    void (answers[name] = { status, body });
  const patient = await clinic.patient();
  for (const timezone of DOCTOR_ZONES) {
    const doctor = await clinic.doctor({ timezone, week: ALL_WEEK });
    const named = (what: string): string => `${timezone} ${what}`;
    for (const date of ['2026-02-28', '2026-03-01', '2026-03-02', '2026-03-08', '2026-03-29']) {
      const path = `/api/bookings/available-slots?doctor_id=${doctor.doctorId}&date=${date}`;
      record(named(`open on ${date}`), await clinic.client.get(path, patient));
    }
    const booked: Answer<Json>[] = [];
    for (const [date, time] of [
      ['2026-03-03', '00:00'],
      ['2026-03-03', '23:29'],
      ['2026-03-29', '00:30'],
      ['2026-12-31', '23:15'],
    ] as const) {
      booked.push(await requestBooking(clinic, patient, doctor, { date, time }));
      record(named(`book ${date} ${time}`), booked.at(-1)!);
    }
    const [first, second] = booked.map(({ body }) => body.id!);
    record(named('move'), await reschedule(clinic, patient, first!, { date: '2026-03-08', time: '23:00' }));
    record(named('cancel'), await cancel(clinic, patient, second!));
    for (const date of ['2026-02-28', '2026-03-01', '2026-03-02']) {
      record(named(`block ${date}`), await addException(clinic, doctor, date));
    }
    record(named('exceptions'), await clinic.client.get('/api/exceptions/me', doctor));
    record(named('windows'), await clinic.client.get(`/api/availability/${doctor.doctorId}`));
    record(
      named('bookings of a day'),
      await clinic.client.get('/api/bookings/doctor?from=2026-03-08&to=2026-03-08', doctor),
    );
  }
  record('mine', await clinic.client.get('/api/bookings/me?include_cancelled=true', patient));
  answers.ledger = await clinic.query(
    'SELECT booking_id, booking_version, kind, starts_at, due_at, state, created_at FROM notifications ORDER BY id',
  );
  answers.stored = await clinic.query(
    `SELECT id, CAST(date AS CHAR) AS date, start_time, CAST(starts_at AS CHAR) AS starts_at,
            CAST(ends_at AS CHAR) AS ends_at, CAST(created_at AS CHAR) AS created_at FROM bookings ORDER BY id`,
  );
  return answers;
}

beforeAll(async () => {
  for (const zone of PROCESS_ZONES) {
    process.env.TZ = zone;
    const clinic = await Clinic.open({ now: NOW });
    try {
      setServerZone(clinic, SERVER_ZONE);
      const [server] = await clinic.query<{ zone: string }>('SELECT @@session.time_zone AS zone');
      const offset = 0 - new Date(NOW).getTimezoneOffset() / 60;
      visits.set(zone, { server: server!.zone, offset, ...(await visit(clinic)) });
    } finally {
      await clinic.close();
    }
  }
});

afterAll(() => {
  if (processZone === undefined) delete process.env.TZ;
  else process.env.TZ = processZone;
});

/** The answers with the process in one zone, as JSON. */
function seenFrom(zone: string): Record<string, { status: number; body: Record<string, unknown> }> {
  const { server, offset, ...answers } = visits.get(zone)!;
  expect([server, typeof offset]).toEqual([SERVER_ZONE, 'number']);
  // Only the random request ids may differ.
  const text = JSON.stringify(answers, (key, value: unknown) => (key === 'request_id' ? undefined : value));
  return JSON.parse(text) as ReturnType<typeof seenFrom>;
}

test('the process ran in each of these zones, and the server in another', () => {
  expect(PROCESS_ZONES.map((zone) => visits.get(zone)!.offset)).toEqual([0, 14, -8]);
  expect(PROCESS_ZONES.map((zone) => visits.get(zone)!.server)).toEqual(Array(3).fill(SERVER_ZONE));
});

test.each(PROCESS_ZONES.slice(1))('the process in %s returns the same JSON as in UTC', (zone) => {
  expect(seenFrom(zone)).toEqual(seenFrom('UTC'));
});

describe('the JSON is correct', () => {
  test.each([
    ['Europe/Madrid', '2026-03-29', '00:30', '2026-03-29T00:30:00+01:00'],
    ['Pacific/Kiritimati', '2026-03-03', '00:00', '2026-03-03T00:00:00+14:00'],
    ['America/Los_Angeles', '2026-12-31', '23:15', '2026-12-31T23:15:00-08:00'],
  ])('a booking in %s on %s at %s is on that date at that time', (zone, date, time, iso) => {
    expect(seenFrom('UTC')[`${zone} book ${date} ${time}`]).toMatchObject({
      status: 201,
      body: { date, time, timezone: zone, starts_at: iso },
    });
  });

  test.each([
    ['Pacific/Kiritimati', '2026-03-01', 400],
    ['Pacific/Kiritimati', '2026-03-02', 201],
    ['Europe/Madrid', '2026-02-28', 400],
    ['Europe/Madrid', '2026-03-01', 201],
    ['America/Los_Angeles', '2026-02-28', 400],
    ['America/Los_Angeles', '2026-03-01', 201],
  ])('whether a date is past depends on the date in %s: blocking %s returns %i', (zone, date, status) => {
    const answer = seenFrom('UTC')[`${zone} block ${date}`]!;
    expect(answer.status).toBe(status);
    if (status === 201) expect(answer.body).toMatchObject({ date, start_time: '09:30', end_time: '11:30' });
  });

  test('Los Angeles has no 02:00 when its clocks go forward', () => {
    const { body } = seenFrom('UTC')['America/Los_Angeles open on 2026-03-08']!;
    expect(body).toContain('01:45');
    expect(body).not.toContain('02:00');
    expect(body).toContain('03:00');
  });
});
