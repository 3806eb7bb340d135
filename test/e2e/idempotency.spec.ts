import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Clinic, type DoctorPerson, type Person } from '../support/clinic.js';
import { CuttingProxy } from '../support/cutting-proxy.js';
import { countRows, postWithKey } from '../support/idempotency.js';
import { cancel, INSERT_BOOKING, MONDAY } from '../support/races.js';
import { Statements } from '../support/statements.js';

let proxy: CuttingProxy;
let clinic: Clinic;
let statements: Statements;
let doctor: DoctorPerson;
let patient: Person;
let admin: Person;

beforeAll(async () => {
  proxy = await CuttingProxy.before(process.env.TEST_DATABASE_URL!);
  clinic = await Clinic.open({
    env: { DATABASE_URL: proxy.urlOf(`clinica_test_${process.pid}_idempotency`) },
  });
  statements = Statements.of(clinic.dataSource);
  doctor = await clinic.doctor();
  patient = await clinic.patient();
  admin = await clinic.admin();
});

afterEach(async () => {
  statements.reset();
  await clinic.query("UPDATE bookings SET status = 'cancelled'");
});

afterAll(async () => {
  await clinic?.close();
  await proxy?.close();
});

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

describe('the same key and body sent again', () => {
  test('gets the first answer, and nothing changes', async () => {
    const key = randomUUID();
    const first = await book(key, '09:00');
    const before = [await count('bookings'), await count('notifications')];
    const again = await book(key, '09:00');
    expect([first.status, first.headers.get('idempotency-replayed')]).toEqual([201, null]);
    expect([again.status, again.body]).toEqual([201, first.body]);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect([await count('bookings'), await count('notifications')]).toEqual(before);
  });

  test('gets it after the erasure of an account whose address is the end of one in the answer', async () => {
    const password = 'the phrase of a colleague';
    const nurse = { email: 'nurse-r@people.example', password, role: 'user' };
    const first = await post('/api/users', 'nurse', nurse, admin);
    const tail = { email: 'r@people.example', password };
    await clinic.client.post('/api/auth/register', tail);
    const { body } = await clinic.client.post<{ token: string }>('/api/auth/login', tail);
    const erased = await clinic.client.send('DELETE', '/api/auth/me', {
      token: body.token,
      body: { password },
    });
    expect([first.status, erased.status]).toEqual([201, 200]);
    expect((await post('/api/users', 'nurse', nurse, admin)).body).toEqual(first.body);
  });

  test('gets it for any order of the fields', async () => {
    const first = await book('order', '09:00');
    const again = await post(
      '/api/bookings',
      'order',
      Object.fromEntries(Object.entries(appointment('09:00')).reverse()),
    );
    expect(again.body).toEqual(first.body);
  });

  test('gets it from an outcome that version 0.4 stored', async () => {
    const first = await book('kept before', '09:00');
    const added = ['accountId', 'patientId', 'givenName', 'familyName', 'edits', 'note', 'isOverbooked'];
    added.push('bookedBy', 'bookedByRole', 'cancelledByRole', 'cancelReason');
    await clinic.query(
      `UPDATE idempotency_keys
       SET outcome = JSON_REMOVE(outcome, ${added.map((name) => `'$.result.${name}'`).join(', ')})
       WHERE idempotency_key = 'kept before'`,
    );
    // The patients of that version have the ids of their accounts.
    const { patient, ...booking } = first.body as { patient: object; user_id: number };
    expect((await book('kept before', '09:00')).body).toEqual({
      ...booking,
      patient: { ...patient, id: booking.user_id },
    });
  });

  test('gets it after the booking has been cancelled', async () => {
    const first = await book('cancelled since', '09:30');
    await cancel(clinic, patient, first.body.id!);
    const again = await book('cancelled since', '09:30');
    expect([again.status, again.body]).toEqual([201, first.body]);
  });

  test('gets the first refusal by a rule, even if the time has become free', async () => {
    const { body: taken } = await book(randomUUID(), '10:00', await clinic.patient());
    const refused = await book('refused', '10:00');
    await clinic.query("UPDATE bookings SET status = 'cancelled' WHERE id = ?", [taken.id]);
    const again = await book('refused', '10:00');
    expect(refused).toMatchObject({ status: 400, body: { code: 'TAKEN' } });
    expect(again).toMatchObject({ status: 400, body: { code: 'TAKEN', error: refused.body.error } });
    expect([refused, again].map(({ headers }) => headers.get('idempotency-replayed'))).toEqual([
      null,
      'true',
    ]);
    expect((await book('not refused', '10:00')).status).toBe(201);
  });

  test('gets the errors of the refusal too', async () => {
    const nobody = { ...appointment('10:00'), doctor_id: 99_999 };
    const refused = await post('/api/bookings', 'nobody', nobody);
    const again = await post('/api/bookings', 'nobody', nobody);
    expect(refused.body).toMatchObject({ code: 'UNKNOWN_DOCTOR', errors: [{ field: 'doctor_id' }] });
    expect(again.body.errors).toEqual(refused.body.errors);
  });

  test('sent many times in parallel books once; each answer has the booking, or says that the request is in progress', async () => {
    const before = await count('bookings');
    const answers = await Promise.all(Array.from({ length: 60 }, () => book('many', '11:00')));
    const booked = answers.filter(({ status }) => status === 201);
    expect(booked.length).toBeGreaterThan(0);
    expect(new Set(booked.map(({ body }) => body.id)).size).toBe(1);
    expect(answers.filter(({ status }) => status !== 201 && status !== 409)).toEqual([]);
    expect(await count('bookings')).toBe(before + 1);
    expect((await book('many', '11:00')).body).toEqual(booked[0]!.body);
  });
});

test('the same key with another body is refused, and nothing changes', async () => {
  await book('reused', '09:00');
  const before = await count('bookings');
  const other = await book('reused', '12:00');
  expect(other).toMatchObject({ status: 422, body: { code: 'IDEMPOTENCY_KEY_REUSED' } });
  expect(await count('bookings')).toBe(before);
});

test('while the first request is in progress a second gets 409 at once, and later the answer', async () => {
  const held = statements.hold(INSERT_BOOKING);
  const first = book('under way', '12:00');
  await held.reached;
  const second = await book('under way', '12:00');
  expect(second).toMatchObject({ status: 409, body: { code: 'REQUEST_IN_PROGRESS' } });
  expect(second.headers.get('retry-after')).toBe('1');
  held.release();
  expect((await first).status).toBe(201);
  expect((await book('under way', '12:00')).body).toEqual((await first).body);
});

describe('a failure that is not a decision of the service is not stored', () => {
  test('an overloaded database: the next attempt books', async () => {
    statements.replace(INSERT_BOOKING, () => ({
      sql: "SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = 1213, MESSAGE_TEXT = 'given up'",
      parameters: [],
    }));
    expect((await book('busy', '13:00')).status).toBe(503);
    statements.reset();
    expect((await book('busy', '13:00')).status).toBe(201);
  });

  test('an invalid body: a corrected one may reuse the key', async () => {
    expect((await post('/api/bookings', 'invalid', { ...appointment('25:99') })).status).toBe(400);
    expect((await book('invalid', '13:30')).status).toBe(201);
  });
});

describe('a connection that dies during COMMIT', () => {
  test.each([
    ['after', 1],
    ['before', 0],
  ] as const)('%s it took effect: the same key finds out the outcome', async (cut, done) => {
    const before = await count('bookings');
    proxy.next = `${cut} COMMIT`;
    proxy.isDown = true;
    const unknown = await book(`died ${cut}`, '14:00');
    proxy.isDown = false;
    expect(unknown).toMatchObject({ status: 503, body: { code: 'OUTCOME_UNKNOWN' } });
    expect(await count('bookings')).toBe(before + done);
    const again = await book(`died ${cut}`, '14:00');
    expect(again.status).toBe(201);
    expect(await count('bookings')).toBe(before + 1);
    expect(await clinic.query('SELECT id FROM bookings ORDER BY id DESC LIMIT 1')).toEqual([
      { id: again.body.id },
    ]);
  });

  test('is resolved within the request if the database is reachable again', async () => {
    proxy.next = 'after COMMIT';
    const { status, body } = await book('looked into', '15:00');
    expect(status).toBe(201);
    expect((await book('looked into', '15:00')).body).toEqual(body);
  });
});
