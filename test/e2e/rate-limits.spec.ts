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
import { spelled } from '../support/raw-http.js';
import { tableOf } from '../support/report.js';
import { withSettings } from '../support/settings.js';

// What a free account, or many of them, cannot walk around.

let clinic: Clinic;
let doctor: DoctorPerson;
let addresses = 50;
/** A loopback address that nobody has called from yet. */
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
  const { status } = await spelled(clinic.client.baseUrl, path, {
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

/** How many of so many requests, a few at a time, were not refused as too many. */
async function letThrough(times: number, request: (turn: number) => Promise<number>): Promise<number> {
  let passed = 0;
  for (let sent = 0; sent < times; sent += 10) {
    const turns = Array.from({ length: Math.min(10, times - sent) }, (_, turn) => request(sent + turn));
    passed += (await Promise.all(turns)).filter((status) => status !== 429).length;
  }
  return passed;
}

describe('limits are declared at the route', () => {
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

  test('each that does more than look has its own', () => {
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

  test('an open route is not limited by an account, which it does not know', () => {
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

  test('all of them stand in docs/operations.md', () => {
    const inWords = (seconds: number): string =>
      ({ 60: 'minute', 600: '10 minutes', 900: '15 minutes', 3600: 'hour', 86400: 'day' })[seconds]!;
    const table = tableOf(
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

describe('accounts of one address', () => {
  test('are counted together too: five of them have no more than the address may', async () => {
    const people = await Promise.all(Array.from({ length: 5 }, () => clinic.patient()));
    const from = nextAddress();
    const most = LIMITS.signedInAddress.points;
    const passed = await letThrough(most + 50, (turn) =>
      send('/api/auth/me', { token: people[turn % 5]!.token, from }),
    );
    expect(passed).toBe(most);
    expect(await send('/api/auth/me', { token: people[0]!.token })).toBe(200);
  });

  test('an account is counted wherever it comes from', async () => {
    const { token } = await clinic.patient();
    expect(await letThrough(620, () => send('/api/auth/me', { token }))).toBe(LIMITS.account.points);
  });
});

test('addresses at which there is nothing, bad tokens and pages are counted, by address', async () => {
  const from = nextAddress();
  const paths = ['/nothing', '/api/nothing', '/api/docs/index.css', '/admin/queues', '/api/auth/me'];
  const passed = await letThrough(650, (turn) => send(paths[turn % paths.length]!, { from }));
  expect(passed).toBe(LIMITS.visitor.points);
  expect(await send('/health/live', { from })).toBe(200);
});

describe('bookings', () => {
  test('of an account: thirty changes a minute, whatever they are', async () => {
    const { token } = await clinic.patient();
    const passed = await letThrough(40, (turn) =>
      turn % 2
        ? send('/api/bookings/999999', { method: 'DELETE', token })
        : send('/api/bookings', { method: 'POST', token, body: { doctor_id: 1, date: 'never' } }),
    );
    expect(passed).toBe(LIMITS.booking.points);
    expect(await send('/api/bookings/me', { token })).toBe(200);
  });

  test('from one address, of many accounts: a hundred and twenty a minute', async () => {
    const people = await Promise.all(Array.from({ length: 6 }, () => clinic.patient()));
    const from = nextAddress();
    const passed = await letThrough(150, (turn) =>
      send('/api/bookings/999999', { method: 'DELETE', token: people[turn % 6]!.token, from }),
    );
    expect(passed).toBe(LIMITS.bookingAddress.points);
  });
});

describe('at once', () => {
  /** Holds the doctor's day, so that whoever books it waits. */
  async function whileHeld<T>(date: string, work: () => Promise<T>): Promise<T> {
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

  test('an account has at most twenty requests under way', async () => {
    const { token } = await clinic.patient();
    const body = { doctor_id: doctor.doctorId, date: MONDAY, time: '10:00' };
    let waiting: Promise<number>[] = [];
    const tooMany = 5;
    const answered: number[] = [];
    await whileHeld(MONDAY, async () => {
      waiting = Array.from({ length: IN_FLIGHT.account + tooMany }, async () =>
        answered.push(await send('/api/bookings', { method: 'POST', token, body })),
      );
      // Nothing else is asked meanwhile: it would take the place of one of them.
      await eventually('all others are under way', () => Promise.resolve(answered.length >= tooMany));
      expect(answered).toEqual(Array(tooMany).fill(429));
      expect(await send('/api/auth/me', { token })).toBe(429);
      expect(await send('/api/auth/me', { token: (await clinic.patient()).token })).toBe(200);
    });
    await Promise.all(waiting);
    expect(await send('/api/auth/me', { token })).toBe(200);
  });

  test('clients that hang up get no further place before the work has ended', async () => {
    const { token } = await clinic.patient();
    await whileHeld(MONDAY, async () => {
      const hangUp = new AbortController();
      const waiting = Array.from({ length: IN_FLIGHT.account }, () =>
        fetch(`${clinic.client.baseUrl}/api/bookings`, {
          method: 'POST',
          headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
          body: JSON.stringify({ doctor_id: doctor.doctorId, date: MONDAY, time: '11:00' }),
          signal: hangUp.signal,
        }).catch(() => undefined),
      );
      await eventually('all are under way', async () => (await send('/api/auth/me', { token })) === 429);
      // Time for the last of them to get past its other limits.
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

describe('hundreds of bookings on one doctor’s day', () => {
  let free: Clinic;
  let other: DoctorPerson;
  let people: Person[];

  beforeAll(async () => {
    free = await Clinic.over(withSettings(clinic.environment, { RATE_LIMIT_ENABLED: false }), clinic.clock);
    other = await clinic.doctor();
    people = await Promise.all(Array.from({ length: 40 }, () => clinic.patient()));
  });

  afterAll(() => free?.app.close());

  test('leave connections for another patient’s slots, and for bookings with another doctor', async () => {
    const holder = clinic.dataSource.createQueryRunner();
    await holder.startTransaction();
    await holder.query('INSERT INTO doctor_days (doctor_id, date, version) VALUES (?, ?, 1)', [
      doctor.doctorId,
      TUESDAY,
    ]);
    const book = (person: Person, doctorId: number, time: string) =>
      free.client.post(
        '/api/bookings',
        { doctor_id: doctorId, date: TUESDAY, time },
        { token: person.token },
      );
    const crowd = Array.from({ length: 200 }, (_, turn) =>
      book(people[turn % 39]!, doctor.doctorId, '10:00'),
    );
    await new Promise((resolve) => setTimeout(resolve, 500));
    const path = `/api/bookings/available-slots?doctor_id=${doctor.doctorId}&date=${MONDAY}`;
    const slots = await free.client.get(path, { token: people[39]!.token });
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

  test('the same one twice is one', async () => {
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

  test('of a date are at most fifty', async () => {
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

test('of a weekday are at most fifty windows', async () => {
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

test('an account makes at most a thousand new Idempotency-Keys a day', async () => {
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

test('registrations of an address have a bound a day', async () => {
  const from = nextAddress();
  const { points } = LIMITS.registerDaily;
  let passed = 0;
  for (let turn = 0; turn < points + 10; turn += 1) {
    // Each minute has ten of its own.
    if (turn % 10 === 0) await clinic.forgetCounters('register');
    const body = { email: `daily${turn}@people.example`, password: 'a quiet river bend' };
    if ((await send('/api/auth/register', { method: 'POST', body, from })) !== 429) passed += 1;
  }
  expect(passed).toBe(points);
});

describe('whether an address has an account is answered a few times a day', () => {
  /** Asks for a change to an address that is taken; each minute has ten attempts at the password of its own. */
  async function askFor(person: Person, email: string, turn: number, from?: string): Promise<number> {
    if (turn % 10 === 0) await clinic.forgetCounters('password');
    const body = { email, password: person.password };
    return send('/api/auth/me', { method: 'PATCH', token: person.token, body, ...(from && { from }) });
  }

  test('to an account that wants another address, wherever it asks from', async () => {
    const [person, taken] = [await clinic.patient(), await clinic.patient()];
    const statuses: number[] = [];
    for (let turn = 0; turn < LIMITS.addressChange.points + 3; turn += 1)
      statuses.push(await askFor(person, taken.email, turn));
    expect(statuses.filter((status) => status === 400)).toHaveLength(LIMITS.addressChange.points);
    expect(statuses.slice(-3)).toEqual([429, 429, 429]);
    const more = { method: 'PATCH', token: person.token, body: { locale: 'es' } };
    expect(await send('/api/auth/me', more)).toBe(200);
  });

  test('to one network address, whatever its accounts', async () => {
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

  test('a stranger who has the token and not the password uses none of them up', async () => {
    const person = await clinic.patient();
    for (let turn = 0; turn < LIMITS.addressChange.points + 1; turn += 1)
      await askFor({ ...person, password: 'a wrong guess' }, 'free@people.example', turn);
    await clinic.forgetCounters('password');
    expect(await askFor(person, 'free@people.example', 1)).toBe(200);
  });

  test('registrations with one that is taken count against the day too', async () => {
    const from = nextAddress();
    const { email } = await clinic.patient();
    const body = { email, password: 'a quiet river bend' };
    let told = 0;
    for (let turn = 0; turn < LIMITS.registerDaily.points + 5; turn += 1) {
      if (turn % 10 === 0) await clinic.forgetCounters('register');
      if ((await send('/api/auth/register', { method: 'POST', body, from })) === 400) told += 1;
    }
    expect(told).toBe(LIMITS.registerDaily.points);
  });
});

describe('requests that cannot be read are counted, by address', () => {
  type Unreadable = readonly [string, (from: string, token: string) => ReturnType<typeof spelled>];
  const post =
    (path: string, body: string, headers: Record<string, string> = {}) =>
    (localAddress: string, token: string) =>
      spelled(clinic.client.baseUrl, path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, ...headers },
        chunks: [body],
        localAddress,
      });

  test.each<Unreadable>([
    ['no JSON', post('/api/bookings', '{')],
    ['another type', post('/api/auth/login', '<a/>', { 'content-type': 'text/xml' })],
    ['too large', post('/api/auth/login', JSON.stringify({ email: 'x'.repeat(70_000) }))],
    ['an address that cannot be read', post('/api/auth/%zz', '{}')],
    ['no JSON, to an address at which there is nothing', post('/api/nothing', '{')],
  ])('%s', async (_name, request) => {
    const from = nextAddress();
    const { token } = await clinic.patient();
    const refused: number[] = [];
    const passed = await letThrough(LIMITS.visitor.points + 20, async () => {
      const { status } = await request(from, token);
      if (status !== 429) refused.push(status);
      return status;
    });
    expect(passed).toBe(LIMITS.visitor.points);
    expect(new Set(refused).size).toBe(1);
    const answer = await request(from, token);
    expectProblem(answer, { status: 429, code: 'TOO_MANY_REQUESTS' });
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await send('/api/doctors/public', {})).toBe(200);
  });
});
