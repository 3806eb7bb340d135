import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Secret, TOTP } from 'otpauth';
import { AccountsService } from '../../src/auth/accounts/accounts.service.js';
import { TokenIssuer } from '../../src/auth/sessions/token.js';
import { withSecondFactor } from '../support/authenticator.js';
import type { Answer, Json } from '../support/client.js';
import { Clinic, type DoctorPerson, type Person } from '../support/clinic.js';
import { MONDAY, TUESDAY } from '../support/races.js';

let clinic: Clinic;
let doctor: DoctorPerson;
let admin: Person;

beforeAll(async () => {
  clinic = await Clinic.open();
  doctor = await clinic.doctor();
  admin = await clinic.admin();
});

afterAll(() => clinic?.close());

/** A request, and who sends it. */
interface Asked {
  readonly path: string;
  readonly body?: unknown;
  readonly who: Person;
}

let bookings = 0;

/** A live booking of a new patient, at a time of its own. */
async function booked(): Promise<{ who: Person; path: string }> {
  const who = await clinic.patient();
  const time = `${String(9 + Math.floor(bookings / 4)).padStart(2, '0')}:${['00', '15', '30', '45'][bookings++ % 4]}`;
  const body = { doctor_id: doctor.doctorId, date: MONDAY, time, duration: 15 };
  const booking = await clinic.client.post('/api/bookings', body, { token: who.token });
  return { who, path: `/api/bookings/${booking.body.id}` };
}

/** Every request that changes something for somebody who is signed in, as `METHOD path` of the document. */
const REQUESTS: Readonly<Record<string, () => Asked | Promise<Asked>>> = {
  'post /api/bookings': async () => {
    const body = { doctor_id: doctor.doctorId, date: TUESDAY, time: '09:00' };
    return { path: '/api/bookings', body, who: await clinic.patient() };
  },
  'patch /api/bookings/{id}': async () => ({ ...(await booked()), body: { date: TUESDAY, time: '12:00' } }),
  'delete /api/bookings/{id}': booked,
  'post /api/availability': () => ({
    path: '/api/availability',
    body: { day_of_week: 6, start_time: '09:00', end_time: '12:00' },
    who: doctor,
  }),
  'delete /api/availability/{id}': async () => {
    const window = { day_of_week: 0, start_time: '09:00', end_time: '12:00' };
    const { body } = await clinic.client.post('/api/availability', window, { token: doctor.token });
    return { path: `/api/availability/${body.id}`, who: doctor };
  },
  'post /api/exceptions': () => ({
    path: '/api/exceptions',
    body: { date: TUESDAY, start_time: '16:00', end_time: '16:30' },
    who: doctor,
  }),
  'delete /api/exceptions/{id}': async () => {
    const exception = { date: TUESDAY, start_time: '15:00', end_time: '15:30' };
    const { body } = await clinic.client.post('/api/exceptions', exception, { token: doctor.token });
    return { path: `/api/exceptions/${body.id}`, who: doctor };
  },
  'post /api/doctors': async () => {
    const { id } = await clinic.person('doctor');
    const body = { name: 'Dr. Once', specialty: 'Cardiology', email: 'c@clinic.example', user_id: id };
    return { path: '/api/doctors', body, who: admin };
  },
  'patch /api/doctors/{id}': async () => {
    const { doctorId } = await clinic.doctor();
    await clinic.query("UPDATE doctors SET timezone = 'PST' WHERE id = ?", [doctorId]);
    return { path: `/api/doctors/${doctorId}`, body: { timezone: 'Asia/Tokyo' }, who: admin };
  },
  'post /api/users': () => ({
    path: '/api/users',
    body: { email: 'once@people.example', password: 'only once', role: 'doctor' },
    who: admin,
  }),
  'patch /api/users/{id}': async () => {
    const { id } = await clinic.patient();
    return { path: `/api/users/${id}`, body: { role: 'doctor' }, who: admin };
  },
  'patch /api/auth/me': async () => {
    const who = await clinic.patient();
    const body = { locale: 'es', email: 'new.once@people.example', password: who.password };
    return { path: '/api/auth/me', body, who };
  },
  'post /api/auth/me/export': async () => {
    const who = await clinic.patient();
    return { path: '/api/auth/me/export', body: { password: who.password }, who };
  },
  'post /api/auth/second-factor': async () => {
    const who = await clinic.patient();
    return { path: '/api/auth/second-factor', body: { password: who.password }, who };
  },
  'delete /api/auth/sessions/{id}': async () => {
    const who = await clinic.patient();
    const { email, password } = who;
    const { body } = await clinic.client.post<{ token: string }>('/api/auth/login', { email, password });
    const sessions = await clinic.client.get<{ id: number }[]>('/api/auth/sessions', { token: body.token });
    return { path: `/api/auth/sessions/${sessions.body[0]!.id}`, who };
  },
  'post /api/notifications/{id}/retry': async () => {
    const { path } = await booked();
    const id = path.split('/').at(-1);
    await clinic.query("UPDATE notifications SET state = 'dead' WHERE booking_id = ? AND kind = 'booked'", [
      id,
    ]);
    const [row] = await clinic.query<{ id: number }>(
      "SELECT id FROM notifications WHERE booking_id = ? AND kind = 'booked'",
      [id],
    );
    return { path: `/api/notifications/${row!.id}/retry`, who: admin };
  },
};

/** Those that end the session they are sent with: their replay needs another one. */
const ENDING: Readonly<Record<string, () => Promise<Asked>>> = {
  'post /api/auth/password': async () => {
    const who = await clinic.patient();
    const body = { old_password: who.password, new_password: 'quite another secret' };
    return { path: '/api/auth/password', body, who };
  },
  'post /api/auth/logout-everywhere': async () => ({
    path: '/api/auth/logout-everywhere',
    who: await clinic.patient(),
  }),
  'post /api/auth/second-factor/confirm': async () => {
    const who = await clinic.patient();
    const begun = await clinic.client.post<{ secret: string }>(
      '/api/auth/second-factor',
      { password: who.password },
      { token: who.token },
    );
    const totp = new TOTP({ secret: Secret.fromBase32(begun.body.secret) });
    const code = totp.generate({ timestamp: clinic.clock.now() });
    return { path: '/api/auth/second-factor/confirm', body: { code }, who };
  },
  'delete /api/auth/second-factor': async () => {
    const who = await withSecondFactor(clinic, await clinic.patient());
    return { path: '/api/auth/second-factor', body: { password: who.password, code: who.digits() }, who };
  },
};

function send(method: string, { path, body, who }: Asked, key?: string): Promise<Answer<Json>> {
  return clinic.client.send(method.toUpperCase(), path, {
    token: who.token,
    ...(key !== undefined && { headers: { 'idempotency-key': key } }),
    ...(body !== undefined && { body }),
  });
}

/** A token of the account as it is now. */
async function freshToken({ id }: Person): Promise<string> {
  const account = await clinic.app.get(AccountsService).get(id);
  return clinic.app.get(TokenIssuer).issue(account, null, 86_400);
}

const eventsOf = async (): Promise<number> => {
  const [row] = await clinic.query<{ n: number }>(
    // What is refused is recorded a little later.
    "SELECT COUNT(*) AS n FROM audit_events WHERE action <> 'account.access_denied'",
  );
  return Number(row!.n);
};

describe('a request with a key that is sent again', () => {
  test.each(Object.entries(REQUESTS))(
    '%s: is answered as the first time, and not done again',
    async (what, ask) => {
      const method = what.split(' ')[0]!;
      const [asked, key] = [await ask(), randomUUID()];
      const first = await send(method, asked, key);
      expect(first.status).toBeLessThan(300);
      expect(first.headers.get('idempotency-replayed')).toBeNull();
      const events = await eventsOf();
      const again = await send(method, asked, key);
      expect(again.status).toBe(first.status);
      expect(again.headers.get('idempotency-replayed')).toBe('true');
      // An export is read anew, and that is an event: by now there is a request with a key to tell of.
      const isExport = what.endsWith('export');
      if (!isExport) expect(again.body).toEqual(first.body);
      expect(await eventsOf()).toBe(isExport ? events + 1 : events);
    },
  );

  test.each(Object.entries(ENDING))(
    '%s: with a token of the next session is not done again',
    async (what, ask) => {
      const method = what.split(' ')[0]!;
      const [asked, key] = [await ask(), randomUUID()];
      expect((await send(method, asked, key)).status).toBe(200);
      expect((await send(method, asked, key)).status).toBe(401);
      const events = await eventsOf();
      const who = { ...asked.who, token: await freshToken(asked.who) };
      const again = await send(method, { ...asked, who }, key);
      expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([200, 'true']);
      expect(await eventsOf()).toBe(events);
    },
  );

  test('a secret is not kept in clear, and told no more once it counts', async () => {
    const [asked, key] = [await REQUESTS['post /api/auth/second-factor']!(), randomUUID()];
    const { body } = await send('post', asked, key);
    const kept = JSON.stringify(
      await clinic.query('SELECT * FROM idempotency_keys WHERE idempotency_key = ?', [key]),
    );
    expect(kept).not.toContain(body.secret);
    await clinic.query('UPDATE accounts SET second_factor_since = UTC_TIMESTAMP(3) WHERE id = ?', [
      asked.who.id,
    ]);
    expect(await send('post', asked, key)).toMatchObject({
      status: 400,
      body: { code: 'SECOND_FACTOR_IS_ON' },
    });
  });

  test('no token is kept', async () => {
    const key = randomUUID();
    const { body } = await send('post', await ENDING['post /api/auth/password']!(), key);
    const kept = JSON.stringify(
      await clinic.query('SELECT * FROM idempotency_keys WHERE idempotency_key = ?', [key]),
    );
    expect(kept).not.toContain(body.token);
    expect(kept).not.toMatch(/argon2|quite another/);
  });

  test('with another query is another request', async () => {
    const [asked, key] = [await REQUESTS['patch /api/bookings/{id}']!(), randomUUID()];
    await send('patch', asked, key);
    expect((await send('patch', { ...asked, path: `${asked.path}?dry_run=true` }, key)).status).toBe(422);
  });

  test('with a field in the query in place of the body is another request', async () => {
    const [asked, key] = [await REQUESTS['post /api/doctors']!(), randomUUID()];
    const body = asked.body as Record<string, string>;
    await send('post', { ...asked, body: { ...body, timezone: 'Europe/Paris' } }, key);
    const moved = { ...asked, path: `${asked.path}?timezone=Europe/Paris` };
    expect((await send('post', moved, key)).status).toBe(422);
  });
});

describe('a key that would not be heeded is refused', () => {
  test.each([
    ['post', '/api/auth/register', { email: 'key@people.example', password: 'a long password' }],
    ['post', '/api/auth/login', { email: 'key@people.example', password: 'a long password' }],
    ['post', '/api/auth/refresh', { refresh_token: 'abc' }],
    ['post', '/api/auth/password/forgot', { email: 'key@people.example' }],
    ['delete', '/api/auth/me', { password: 'a long password' }],
  ])('%s %s', async (method, path, body) => {
    const who = await clinic.patient();
    const answer = await send(method, { path, body, who }, randomUUID());
    expect(answer).toMatchObject({ status: 400, body: { code: 'IDEMPOTENCY_KEY_NOT_TAKEN' } });
    expect(answer.body.error).toContain('without the header');
  });

  test('a request that only reads does not care', async () => {
    const headers = { 'idempotency-key': 'k' };
    const answer = await clinic.client.get('/api/bookings/me', {
      token: (await clinic.patient()).token,
      headers,
    });
    expect([answer.status, answer.headers.get('idempotency-replayed')]).toEqual([200, null]);
  });
});

test('the document tells of the key at each POST and PATCH of somebody who is signed in', async () => {
  type Operation = { security?: object[]; parameters?: { name: string; schema: { maxLength?: number } }[] };
  const { body } = await clinic.client.get<{ paths: Record<string, Record<string, Operation>> }>(
    '/api/docs-json',
  );
  const operations = Object.entries(body.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      name: `${method} ${path}`,
      method,
      ...operation,
    })),
  );
  const keyed = operations.filter(({ parameters = [] }) =>
    parameters.some(({ name, schema }) => name === 'Idempotency-Key' && schema.maxLength === 255),
  );
  expect(keyed.map(({ name }) => name).sort()).toEqual(
    [...Object.keys(REQUESTS), ...Object.keys(ENDING)].sort(),
  );
  const signedIn = operations.filter(
    ({ method, security = [] }) => ['post', 'patch'].includes(method) && security.length > 0,
  );
  expect(
    signedIn.map(({ name }) => name).filter((name) => !keyed.some((each) => each.name === name)),
  ).toEqual([]);
});
