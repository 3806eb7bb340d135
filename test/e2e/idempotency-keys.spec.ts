import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Sweeper } from '../../src/ops/sweeper.js';
import type { BookingJson } from '../support/appointments.js';
import type { Json } from '../support/client.js';
import { Clinic, type DoctorPerson, type Person } from '../support/clinic.js';
import { countRows, postWithKey } from '../support/idempotency.js';
import { idleWorker } from '../support/idle-worker.js';
import { MONDAY, WEDNESDAY } from '../support/races.js';
import { sendVerbatim } from '../support/verbatim-http.js';

let clinic: Clinic;
let doctor: DoctorPerson;
let patient: Person;
let admin: Person;

beforeAll(async () => {
  clinic = await Clinic.open();
  doctor = await clinic.doctor();
  patient = await clinic.patient();
  admin = await clinic.admin();
});

afterEach(() => clinic.query("UPDATE bookings SET status = 'cancelled'"));

afterAll(() => clinic?.close());

const post = (path: string, key: string, body: unknown, actor: Person = patient) =>
  postWithKey(clinic, path, key, body, actor);
const appointment = (time: string, date = MONDAY): Record<string, unknown> => ({
  doctor_id: doctor.doctorId,
  date,
  time,
});
const book = (key: string, time: string, actor = patient) =>
  post('/api/bookings', key, appointment(time), actor);
const count = (table: string) => countRows(clinic, table);

test('a key belongs to its account and its route', async () => {
  const another = await clinic.patient();
  const mine = await book('shared', '15:30');
  const theirs = await book('shared', '16:00', another);
  const blocked = await post('/api/exceptions', 'shared', { date: WEDNESDAY, is_full_day: true }, doctor);
  expect([mine.status, theirs.status, blocked.status]).toEqual([201, 201, 201]);
  expect(mine.body.user_id).toBe(patient.id);
  expect(theirs.body.user_id).toBe(another.id);
});

describe('a key', () => {
  test.each([
    ['of 255 characters', 'k'.repeat(255), 201],
    ['with punctuation and spaces', 'a key: "~!" \\ /', 201],
    ['of 256 characters', 'k'.repeat(256), 400],
    ['that is empty', '', 400],
    ['with letters outside ASCII', 'clé', 400],
    ['with a tab', 'a\tb', 400],
  ])('%s: %s %i', async (_, key, status) => {
    const answer = await book(key, '16:30');
    expect(answer.status).toBe(status);
    if (status === 400) expect(answer.body.code).toBe('IDEMPOTENCY_KEY_INVALID');
  });

  test('sent in two headers is invalid', async () => {
    const { status, body } = await sendVerbatim(clinic.client.baseUrl, '/api/bookings', {
      method: 'POST',
      headers: {
        authorization: `Bearer ${patient.token}`,
        'content-type': 'application/json',
        'idempotency-key': ['one', 'two'],
      },
      chunks: [JSON.stringify(appointment('16:30'))],
    });
    expect([status, (body as Json).code]).toEqual([400, 'IDEMPOTENCY_KEY_INVALID']);
  });

  test('is case-sensitive', async () => {
    const answers = [await book('Case', '09:00'), await book('case', '12:00')];
    expect(answers.map(({ status }) => status)).toEqual([201, 201]);
  });
});

test('neither the password nor its hash is stored with the key of a new account', async () => {
  const body = { email: 'secret@people.example', password: 'nobody reads this', role: 'user' };
  await post('/api/users', 'secret', body, admin);
  const rows = JSON.stringify(
    await clinic.query("SELECT * FROM idempotency_keys WHERE idempotency_key = 'secret'"),
  );
  expect(rows).toContain('secret@people.example');
  expect(rows).not.toMatch(/nobody reads this|argon2/);
});

test('keys are kept for 24 hours, then the worker deletes them', async () => {
  await clinic.query('DELETE FROM idempotency_keys');
  const worker = await idleWorker(clinic.environment, clinic.clock);
  try {
    const sweeper = worker.get(Sweeper);
    const first = await book('old', '10:30');
    clinic.clock.advance({ hours: 23, minutes: 59 });
    expect(await sweeper.sweep()).toBe(0);
    expect((await book('old', '10:30')).body).toEqual(first.body as BookingJson);
    clinic.clock.advance({ minutes: 2 });
    expect(await sweeper.sweep()).toBe(1);
    expect(await count('idempotency_keys')).toBe(0);
    expect((await book('old', '10:30')).body.code).toBe('NOT_IN_FUTURE');
  } finally {
    await worker.close();
  }
});
