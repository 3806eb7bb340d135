import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Sweeper } from '../../src/ops/sweeper.js';
import type { BookingJson } from '../support/appointments.js';
import type { Answer, Json } from '../support/client.js';
import { Clinic, type DoctorPerson, type Person } from '../support/clinic.js';
import { CuttingProxy } from '../support/cutting-proxy.js';
import { cancel, INSERT_BOOKING, MONDAY, TUESDAY, WEDNESDAY } from '../support/races.js';
import { sendVerbatim } from '../support/verbatim-http.js';
import { Statements } from '../support/statements.js';
import { idleWorker } from '../support/idle-worker.js';

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

function post(path: string, key: string, body: unknown, { token }: Person = patient): Promise<Answer<Json>> {
  return clinic.client.post(path, body, { token, headers: { 'idempotency-key': key } });
}

const appointment = (time: string, date = MONDAY): Record<string, unknown> => ({
  doctor_id: doctor.doctorId,
  date,
  time,
});
const book = (key: string, time: string, actor = patient): Promise<Answer<Json>> =>
  post('/api/bookings', key, appointment(time), actor);

async function count(table: string): Promise<number> {
  const [row] = await clinic.query<{ rows: string }>(`SELECT COUNT(*) AS \`rows\` FROM ${table}`);
  return Number(row!.rows);
}

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
    await clinic.query(
      `UPDATE idempotency_keys SET outcome = JSON_REMOVE(outcome, '$.result.patientId')
       WHERE idempotency_key = 'kept before'`,
    );
    expect((await book('kept before', '09:00')).body).toEqual(first.body);
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

test('a key belongs to its account and its route', async () => {
  const another = await clinic.patient();
  const mine = await book('shared', '15:30');
  const theirs = await book('shared', '16:00', another);
  const blocked = await post('/api/exceptions', 'shared', { date: WEDNESDAY, is_full_day: true }, doctor);
  expect([mine.status, theirs.status, blocked.status]).toEqual([201, 201, 201]);
  expect(mine.body.user_id).toBe(patient.id);
  expect(theirs.body.user_id).toBe(another.id);
});

describe('a change of a booking with a key', () => {
  const send = (
    method: string,
    id: number,
    key: string,
    body?: unknown,
    actor = patient,
  ): Promise<Answer<Json>> =>
    clinic.client.send(method, `/api/bookings/${id}`, {
      token: actor.token,
      headers: { 'idempotency-key': key },
      ...(body !== undefined && { body }),
    });
  const booked = async (time: string): Promise<number> => (await book(randomUUID(), time)).body.id!;

  test('is made once: a reschedule that was followed by another is replayed, not applied again', async () => {
    const id = await booked('09:00');
    const first = await send('PATCH', id, 'move', { time: '10:00' });
    await send('PATCH', id, 'move on', { time: '11:00' });
    const again = await send('PATCH', id, 'move', { time: '10:00' });
    expect([again.status, again.body]).toEqual([200, first.body]);
    const [row] = await clinic.query('SELECT start_time, version FROM bookings WHERE id = ?', [id]);
    expect(row).toEqual({ start_time: '11:00:00', version: 3 });
  });

  test('a repeated cancellation gets the first answer', async () => {
    const id = await booked('09:00');
    const answers = [await send('DELETE', id, 'cancel'), await send('DELETE', id, 'cancel')];
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(answers[1]!.body).toEqual(answers[0]!.body);
    expect((await send('DELETE', id, 'cancel again')).body.code).toBe('BOOKING_NOT_FOUND');
  });

  test('a key belongs to one booking, and is refused for another', async () => {
    const [one, other] = [await booked('09:00'), await booked('10:00')];
    expect((await send('PATCH', one, 'which', { time: '11:00' })).status).toBe(200);
    expect((await send('PATCH', other, 'which', { time: '11:00' })).status).toBe(422);
    expect((await send('DELETE', one, 'this one')).status).toBe(200);
    expect((await send('DELETE', other, 'this one')).status).toBe(422);
  });

  test('a refusal by a rule is replayed, even if the change has become possible', async () => {
    const [id, rival] = [await booked('09:00'), await booked('10:00')];
    const refused = await send('PATCH', id, 'taken', { time: '10:00' });
    await cancel(clinic, patient, rival);
    const again = await send('PATCH', id, 'taken', { time: '10:00' });
    expect([refused.body.code, again.body.code]).toEqual(['TAKEN', 'TAKEN']);
  });

  test('another patient’s booking stays unknown', async () => {
    const stranger = await clinic.patient();
    const id = await booked('09:00');
    const answers = [
      await send('PATCH', id, 'foreign', { time: '10:00' }, stranger),
      await send('DELETE', id, 'foreign', undefined, stranger),
    ];
    expect(answers.map(({ body }) => body.code)).toEqual(['BOOKING_NOT_FOUND', 'BOOKING_NOT_FOUND']);
  });

  test('ten parallel requests with one key change the booking once', async () => {
    const id = await booked('09:00');
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => send('PATCH', id, 'at once', { time: '14:00' })),
    );
    expect(answers.filter(({ status }) => status !== 200 && status !== 409)).toEqual([]);
    expect(answers.some(({ status }) => status === 200)).toBe(true);
    const [row] = await clinic.query('SELECT version FROM bookings WHERE id = ?', [id]);
    expect(row).toEqual({ version: 2 });
  });
});

describe('every route that creates something for a signed-in account', () => {
  const creations: readonly [
    string,
    () => [string, unknown, Person] | Promise<[string, unknown, Person]>,
    string,
  ][] = [
    ['a booking', () => ['/api/bookings', appointment('09:00', TUESDAY), patient], 'bookings'],
    [
      'a window',
      () => ['/api/availability', { day_of_week: 6, start_time: '09:00', end_time: '12:00' }, doctor],
      'availability_windows',
    ],
    [
      'an exception',
      () => ['/api/exceptions', { date: TUESDAY, start_time: '16:00', end_time: '16:30' }, doctor],
      'exceptions',
    ],
    [
      'an account',
      () => ['/api/users', { email: 'once@people.example', password: 'only once', role: 'doctor' }, admin],
      'accounts',
    ],
    [
      'a profile',
      async () => {
        const { id } = await clinic.person('doctor');
        const profile = { name: 'Dr. Once', specialty: 'Cardiology', email: 'c@clinic.example', user_id: id };
        return ['/api/doctors', profile, admin];
      },
      'doctors',
    ],
  ];

  test.each(creations)('%s is created once', async (_, prepare, table) => {
    const [path, body, actor] = await prepare();
    const key = randomUUID();
    const before = await count(table);
    const first = await post(path, key, body, actor);
    const again = await post(path, key, body, actor);
    expect(first.status).toBe(201);
    expect([again.status, again.body]).toEqual([201, first.body]);
    expect(await count(table)).toBe(before + 1);
  });

  test.each(creations)('%s: a refusal by a rule is replayed, whatever changed', async (_, prepare) => {
    const [path, body, actor] = await prepare();
    const wrong: Record<string, unknown> = {
      '/api/bookings': appointment('03:00'),
      '/api/availability': { day_of_week: 6, start_time: '12:00', end_time: '09:00' },
      '/api/exceptions': { date: '2020-01-01', is_full_day: true },
      '/api/users': { ...(body as object), email: patient.email },
      '/api/doctors': { ...(body as object), user_id: patient.id },
    };
    const refused = await post(path, `refused ${path}`, wrong[path], actor);
    const other = await post(path, `refused ${path}`, body, actor);
    const again = await post(path, `refused ${path}`, wrong[path], actor);
    expect([refused.status, other.status, again.status]).toEqual([400, 422, 400]);
    expect(again.body.code).toBe(refused.body.code);
  });
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
