import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type INestApplication, RequestMethod } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { DiscoveryService, MetadataScanner, ModulesContainer } from '@nestjs/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { IN_FLIGHT, LIMITS } from '../../src/http/rate-limits/limits.js';
import { RATE_LIMITS } from '../../src/http/rate-limits/rate-limit.js';
import { Clinic, type DoctorPerson, type Person } from '../support/clinic.js';
import { eventually } from '../support/eventually.js';
import { expectProblem } from '../support/problems.js';
import { MONDAY, TUESDAY } from '../support/races.js';
import { sendVerbatim } from '../support/verbatim-http.js';
import { markdownTable } from '../support/report.js';
import { withSettings } from '../support/with-settings.js';

// Limits that many free accounts cannot bypass.

let clinic: Clinic;
let doctor: DoctorPerson;
let addresses = 50;
/** A loopback address that no request has used yet. */
const nextAddress = () => `127.1.${Math.floor((addresses += 1) / 250)}.${1 + (addresses % 250)}`;

beforeAll(async () => {
  clinic = await Clinic.open({ env: { RATE_LIMIT_ENABLED: 'true' } });
  doctor = await clinic.doctor();
});

afterAll(() => clinic?.close());

type Request = {
  method?: string;
  token?: string;
  body?: unknown;
  from?: string;
  headers?: Record<string, string>;
};

async function send(
  path: string,
  { method = 'GET', token, body, from, headers = {} }: Request,
): Promise<number> {
  const { status } = await sendVerbatim(clinic.client.baseUrl, path, {
    method,
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { chunks: [JSON.stringify(body)] }),
    localAddress: from ?? nextAddress(),
  });
  return status;
}

/** Sends `times` requests, ten in parallel, and returns how many did not get 429. */
async function countAccepted(times: number, request: (turn: number) => Promise<number>): Promise<number> {
  let accepted = 0;
  for (let sent = 0; sent < times; sent += 10) {
    const turns = Array.from({ length: Math.min(10, times - sent) }, (_, turn) => request(sent + turn));
    accepted += (await Promise.all(turns)).filter((status) => status !== 429).length;
  }
  return accepted;
}

describe('limits are declared on the routes', () => {
  type Handler = (...args: unknown[]) => unknown;

  /** Every handler of every controller. */
  function handlers(app: INestApplication): { name: string; handler: Handler; controller: object }[] {
    const scanner = new MetadataScanner();
    return new DiscoveryService(app.get(ModulesContainer))
      .getControllers()
      .flatMap(({ instance, metatype }) => {
        const prototype = Object.getPrototypeOf(instance) as Record<string, Handler>;
        return scanner
          .getAllMethodNames(prototype)
          .map((name) => ({
            name: `${metatype!.name}.${name}`,
            handler: prototype[name]!,
            controller: metatype!,
          }))
          .filter(({ handler }) => Reflect.hasMetadata(PATH_METADATA, handler));
      });
  }

  test('every route that is not a GET has limits of its own', () => {
    const all = handlers(clinic.app);
    expect(all.length).toBeGreaterThan(40);
    const without = all
      .filter(({ handler }) => Reflect.getMetadata(METHOD_METADATA, handler) !== RequestMethod.GET)
      .filter(({ handler, controller }) => {
        const declared: unknown =
          Reflect.getMetadata(RATE_LIMITS, handler) ?? Reflect.getMetadata(RATE_LIMITS, controller);
        return !Array.isArray(declared) || declared.length === 0;
      });
    expect(without.map(({ name }) => name)).toEqual([]);
  });

  test('a public route has no limit by account, because it has no account', () => {
    const wrong = handlers(clinic.app)
      .filter(({ handler, controller }) =>
        [handler, controller].some((target) => Reflect.getMetadata('access:public', target) === true),
      )
      .filter(({ handler }) =>
        ((Reflect.getMetadata(RATE_LIMITS, handler) ?? []) as (keyof typeof LIMITS)[]).some(
          (name) => LIMITS[name].by === 'account',
        ),
      );
    expect(wrong.map(({ name }) => name)).toEqual([]);
  });

  test('docs/operations.md lists all limits', () => {
    const inWords = (seconds: number): string =>
      ({ 60: 'minute', 600: '10 minutes', 900: '15 minutes', 3600: 'hour', 86400: 'day' })[seconds]!;
    const table = markdownTable(
      [
        ['what is counted', ({ counts }) => counts],
        ['by', ({ by }) => by],
        ['at most', ({ points }) => points.toLocaleString('en')],
        ['in a', ({ seconds }) => inWords(seconds)],
      ],
      Object.values(LIMITS),
    );
    const document = readFileSync('docs/operations.md', 'utf8');
    expect(/<!-- limits -->\n+([^]*?)\n+<!-- \/limits -->/.exec(document)?.[1]).toBe(table);
  });
});

describe('accounts and addresses', () => {
  test('five accounts at one address share the limit of the address', async () => {
    const people = await Promise.all(Array.from({ length: 5 }, () => clinic.patient()));
    const from = nextAddress();
    const most = LIMITS.signedInAddress.points;
    const accepted = await countAccepted(most + 50, (turn) =>
      send('/api/auth/me', { token: people[turn % 5]!.token, from }),
    );
    expect(accepted).toBe(most);
    expect(await send('/api/auth/me', { token: people[0]!.token })).toBe(200);
  });

  test('an account is counted across addresses', async () => {
    const { token } = await clinic.patient();
    expect(await countAccepted(620, () => send('/api/auth/me', { token }))).toBe(LIMITS.account.points);
  });
});

test('unknown paths, missing tokens and pages are counted by address', async () => {
  const from = nextAddress();
  const paths = ['/nothing', '/api/nothing', '/api/docs/index.css', '/admin/queues', '/api/auth/me'];
  const accepted = await countAccepted(650, (turn) => send(paths[turn % paths.length]!, { from }));
  expect(accepted).toBe(LIMITS.visitor.points);
  expect(await send('/health/live', { from })).toBe(200);
});

describe('bookings', () => {
  test('an account can make thirty changes a minute, of all kinds together', async () => {
    const { token } = await clinic.patient();
    const accepted = await countAccepted(40, (turn) =>
      turn % 2
        ? send('/api/bookings/999999', { method: 'DELETE', token })
        : send('/api/bookings', { method: 'POST', token, body: { doctor_id: 1, date: 'never' } }),
    );
    expect(accepted).toBe(LIMITS.booking.points);
    expect(await send('/api/bookings/me', { token })).toBe(200);
  });

  test('one address can make a hundred and twenty changes a minute, over all accounts', async () => {
    const people = await Promise.all(Array.from({ length: 6 }, () => clinic.patient()));
    const from = nextAddress();
    const accepted = await countAccepted(150, (turn) =>
      send('/api/bookings/999999', { method: 'DELETE', token: people[turn % 6]!.token, from }),
    );
    expect(accepted).toBe(LIMITS.bookingAddress.points);
  });
});

describe('parallel requests', () => {
  /** Locks the doctor's day, so that bookings wait. */
  async function whileDayIsLocked<T>(date: string, work: () => Promise<T>): Promise<T> {
    const holder = clinic.dataSource.createQueryRunner();
    await holder.startTransaction();
    await holder.query(
      'INSERT INTO doctor_days (doctor_id, date, version) VALUES (?, ?, 1) ON DUPLICATE KEY UPDATE version = version',
      [doctor.doctorId, date],
    );
    await holder.query('SELECT * FROM doctor_days WHERE doctor_id = ? FOR UPDATE', [doctor.doctorId]);
    try {
      return await work();
    } finally {
      await holder.rollbackTransaction();
      await holder.release();
    }
  }

  test('an account has at most twenty requests in progress', async () => {
    const { token } = await clinic.patient();
    const body = { doctor_id: doctor.doctorId, date: MONDAY, time: '10:00' };
    let waiting: Promise<number>[] = [];
    const tooMany = 5;
    const answered: number[] = [];
    await whileDayIsLocked(MONDAY, async () => {
      waiting = Array.from({ length: IN_FLIGHT.account + tooMany }, async () =>
        answered.push(await send('/api/bookings', { method: 'POST', token, body })),
      );
      // No other request is sent meanwhile, because it would take the place of one of these.
      await eventually('all others are in progress', () => Promise.resolve(answered.length >= tooMany));
      expect(answered).toEqual(Array(tooMany).fill(429));
      expect(await send('/api/auth/me', { token })).toBe(429);
      expect(await send('/api/auth/me', { token: (await clinic.patient()).token })).toBe(200);
    });
    await Promise.all(waiting);
    expect(await send('/api/auth/me', { token })).toBe(200);
  });

  test('a client that disconnects frees its place only when the work has ended', async () => {
    const { token } = await clinic.patient();
    await whileDayIsLocked(MONDAY, async () => {
      const hangUp = new AbortController();
      const waiting = Array.from({ length: IN_FLIGHT.account }, () =>
        fetch(`${clinic.client.baseUrl}/api/bookings`, {
          method: 'POST',
          headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
          body: JSON.stringify({ doctor_id: doctor.doctorId, date: MONDAY, time: '11:00' }),
          signal: hangUp.signal,
        }).catch(() => undefined),
      );
      await eventually('all are in progress', async () => (await send('/api/auth/me', { token })) === 429);
      // Time for the last request to pass its other limits.
      await sleep(1000);
      hangUp.abort();
      await Promise.all(waiting);
      // Time for the server to notice.
      await sleep(500);
      expect(await send('/api/auth/me', { token })).toBe(429);
    });
    await eventually(
      'the places are free again',
      async () => (await send('/api/auth/me', { token })) === 200,
    );
  });
});

describe('hundreds of bookings for one doctor’s day', () => {
  let unlimited: Clinic;
  let other: DoctorPerson;
  let people: Person[];

  beforeAll(async () => {
    unlimited = await Clinic.over(
      withSettings(clinic.environment, { RATE_LIMIT_ENABLED: false }),
      clinic.clock,
    );
    other = await clinic.doctor();
    people = await Promise.all(Array.from({ length: 40 }, () => clinic.patient()));
  });

  afterAll(() => unlimited?.app.close());

  test('leave connections for listing slots and for bookings with another doctor', async () => {
    const holder = clinic.dataSource.createQueryRunner();
    await holder.startTransaction();
    await holder.query('INSERT INTO doctor_days (doctor_id, date, version) VALUES (?, ?, 1)', [
      doctor.doctorId,
      TUESDAY,
    ]);
    const book = (person: Person, doctorId: number, time: string) =>
      unlimited.client.post(
        '/api/bookings',
        { doctor_id: doctorId, date: TUESDAY, time },
        { token: person.token },
      );
    const crowd = Array.from({ length: 200 }, (_, turn) =>
      book(people[turn % 39]!, doctor.doctorId, '10:00'),
    );
    await new Promise((resolve) => setTimeout(resolve, 500));
    const path = `/api/bookings/available-slots?doctor_id=${doctor.doctorId}&date=${MONDAY}`;
    const slots = await unlimited.client.get(path, { token: people[39]!.token });
    const booked = await book(people[39]!, other.doctorId, '10:00');
    expect([slots.status, booked.status]).toEqual([200, 201]);
    await holder.rollbackTransaction();
    await holder.release();
    const statuses = (await Promise.all(crowd)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 201)).toHaveLength(1);
    expect(statuses.filter((status) => ![201, 400, 503].includes(status))).toEqual([]);
  });
});

describe('exceptions', () => {
  const block = (body: object) => clinic.client.post('/api/exceptions', body, { token: doctor.token });

  test('repeating an exception returns the existing one', async () => {
    const part = { date: '2026-03-10', start_time: '09:00', end_time: '10:00' };
    const day = { date: '2026-03-10', is_full_day: true };
    for (const body of [part, day]) {
      const [first, second] = [await block(body), await block(body)];
      expect([first.status, second.status]).toEqual([201, 201]);
      expect(second.body).toEqual(first.body);
    }
    const rows = await clinic.query("SELECT id FROM exceptions WHERE date = '2026-03-10'");
    expect(rows).toHaveLength(2);
  });

  test('a date can have at most fifty', async () => {
    const values = Array.from(
      { length: 50 },
      (_, turn) => `(${doctor.doctorId}, '2026-03-11', '10:${String(turn).padStart(2, '0')}', '11:00')`,
    );
    await clinic.query(
      `INSERT INTO exceptions (doctor_id, date, start_time, end_time) VALUES ${values.join()}`,
    );
    const refused = await block({ date: '2026-03-11', start_time: '12:00', end_time: '13:00' });
    expect([refused.status, refused.body.code]).toEqual([400, 'TOO_MANY_EXCEPTIONS']);
    expect((await block({ date: '2026-03-11', start_time: '10:07', end_time: '11:00' })).status).toBe(201);
    expect((await block({ date: '2026-03-12', start_time: '12:00', end_time: '13:00' })).status).toBe(201);
  });
});

test('a weekday can have at most fifty windows', async () => {
  const values = Array.from(
    { length: 50 },
    (_, turn) =>
      `(${doctor.doctorId}, 0, '10:${String(turn).padStart(2, '0')}', '10:${String(turn + 1).padStart(2, '0')}')`,
  );
  await clinic.query(
    `INSERT INTO availability_windows (doctor_id, day_of_week, start_time, end_time) VALUES ${values.join()}`,
  );
  const add = (day_of_week: number) =>
    clinic.client.post(
      '/api/availability',
      { day_of_week, start_time: '12:00', end_time: '13:00' },
      { token: doctor.token },
    );
  const refused = await add(0);
  expect([refused.status, refused.body.code]).toEqual([400, 'TOO_MANY_WINDOWS']);
  expect((await add(6)).status).toBe(201);
});

test('an account can use at most a thousand new Idempotency-Keys a day', async () => {
  const { id, token } = await clinic.patient();
  const values = Array.from(
    { length: 999 },
    (_, turn) => `(${id}, 'POST /api/bookings', 'k${turn}', '', '{}', '2026-03-01T09:00:00')`,
  );
  await clinic.query(
    `INSERT INTO idempotency_keys (account_id, route, idempotency_key, request_hash, outcome, created_at) VALUES ${values.join()}`,
  );
  const book = (key: string, time: string) =>
    clinic.client.post(
      '/api/bookings',
      { doctor_id: doctor.doctorId, date: MONDAY, time },
      { token, headers: { 'idempotency-key': key } },
    );
  const last = await book('the last', '12:00');
  expect(last.status).toBe(201);
  const refused = await book('one more', '13:00');
  expect([refused.status, refused.body.code]).toEqual([429, 'TOO_MANY_REQUESTS']);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  expect((await book('the last', '12:00')).body).toEqual(last.body);
});

test('registrations from one address are limited per day', async () => {
  const from = nextAddress();
  const { points } = LIMITS.registerDaily;
  let accepted = 0;
  for (let turn = 0; turn < points + 10; turn += 1) {
    // The limit of a minute is ten.
    if (turn % 10 === 0) await clinic.resetCounters('register');
    const body = { email: `daily${turn}@people.example`, password: 'a quiet river bend' };
    if ((await send('/api/auth/register', { method: 'POST', body, from })) !== 429) accepted += 1;
  }
  expect(accepted).toBe(points);
});

describe('checking whether an email address has an account is limited per day', () => {
  /** Asks for a change of address. Resets the limit of ten password attempts a minute. */
  async function askFor(person: Person, email: string, turn: number, from?: string): Promise<number> {
    if (turn % 10 === 0) await clinic.resetCounters('password');
    const body = { email, password: person.password };
    return send('/api/auth/me', { method: 'PATCH', token: person.token, body, ...(from && { from }) });
  }

  test('for an account that changes its address, across network addresses', async () => {
    const [person, taken] = [await clinic.patient(), await clinic.patient()];
    const statuses: number[] = [];
    for (let turn = 0; turn < LIMITS.addressChange.points + 3; turn += 1)
      statuses.push(await askFor(person, taken.email, turn));
    expect(statuses.filter((status) => status === 400)).toHaveLength(LIMITS.addressChange.points);
    expect(statuses.slice(-3)).toEqual([429, 429, 429]);
    const more = { method: 'PATCH', token: person.token, body: { locale: 'es' } };
    expect(await send('/api/auth/me', more)).toBe(200);
  });

  test('for one network address, over all accounts', async () => {
    const from = nextAddress();
    const taken = await clinic.patient();
    const statuses: number[] = [];
    while (statuses.length < LIMITS.addressChangeAddress.points + 3) {
      const person = await clinic.patient();
      for (let turn = 0; turn < 8; turn += 1) statuses.push(await askFor(person, taken.email, turn, from));
    }
    expect(statuses.filter((status) => status === 400)).toHaveLength(LIMITS.addressChangeAddress.points);
    expect(statuses.at(-1)).toBe(429);
  });

  test('requests with the token but a wrong password do not count', async () => {
    const person = await clinic.patient();
    for (let turn = 0; turn < LIMITS.addressChange.points + 1; turn += 1)
      await askFor({ ...person, password: 'a wrong guess' }, 'free@people.example', turn);
    await clinic.resetCounters('password');
    expect(await askFor(person, 'free@people.example', 1)).toBe(200);
  });

  test('registrations with a taken address count too', async () => {
    const from = nextAddress();
    const { email } = await clinic.patient();
    const body = { email, password: 'a quiet river bend' };
    let revealed = 0;
    for (let turn = 0; turn < LIMITS.registerDaily.points + 5; turn += 1) {
      if (turn % 10 === 0) await clinic.resetCounters('register');
      if ((await send('/api/auth/register', { method: 'POST', body, from })) === 400) revealed += 1;
    }
    expect(revealed).toBe(LIMITS.registerDaily.points);
  });
});

describe('unreadable requests are counted by address', () => {
  type Unreadable = readonly [string, (from: string, token: string) => ReturnType<typeof sendVerbatim>];
  const post =
    (path: string, body: string, headers: Record<string, string> = {}) =>
    (localAddress: string, token: string) =>
      sendVerbatim(clinic.client.baseUrl, path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, ...headers },
        chunks: [body],
        localAddress,
      });

  test.each<Unreadable>([
    ['malformed JSON', post('/api/bookings', '{')],
    ['another content type', post('/api/auth/login', '<a/>', { 'content-type': 'text/xml' })],
    ['too large', post('/api/auth/login', JSON.stringify({ email: 'x'.repeat(70_000) }))],
    ['a malformed URL', post('/api/auth/%zz', '{}')],
    ['malformed JSON to an unknown path', post('/api/nothing', '{')],
  ])('%s', async (_name, request) => {
    const from = nextAddress();
    const { token } = await clinic.patient();
    const refused: number[] = [];
    const accepted = await countAccepted(LIMITS.visitor.points + 20, async () => {
      const { status } = await request(from, token);
      if (status !== 429) refused.push(status);
      return status;
    });
    expect(accepted).toBe(LIMITS.visitor.points);
    expect(new Set(refused).size).toBe(1);
    const answer = await request(from, token);
    expectProblem(answer, { status: 429, code: 'TOO_MANY_REQUESTS' });
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await send('/api/doctors/public', {})).toBe(200);
  });
});
