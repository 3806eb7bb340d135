import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Secret, TOTP } from 'otpauth';
import { AccountsService } from '../../src/auth/accounts/accounts.service.js';
import { linkTokenOf } from '../../src/auth/accounts/link-token.js';
import { TokenIssuer } from '../../src/auth/sessions/token.js';
import { Keys } from '../../src/config/keys.js';
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

/** A request and the account that sends it. */
interface ActorRequest {
  readonly path: string;
  readonly body?: unknown;
  readonly actor: Person;
}

let bookings = 0;

/** A live booking of a new patient, at a time that no other test uses. */
async function booked(): Promise<{ actor: Person; path: string }> {
  const actor = await clinic.patient();
  const time = `${String(9 + Math.floor(bookings / 4)).padStart(2, '0')}:${['00', '15', '30', '45'][bookings++ % 4]}`;
  const body = { doctor_id: doctor.doctorId, date: MONDAY, time, duration: 15 };
  const booking = await clinic.client.post('/api/bookings', body, { token: actor.token });
  return { actor, path: `/api/bookings/${booking.body.id}` };
}

async function typeWithCode(code: string): Promise<number> {
  const type = { code, name: code, duration: 30 };
  return (await clinic.client.post('/api/appointment-types', type, { token: admin.token })).body.id!;
}

/** Every request with which a signed-in account changes something, as `method path` of the document. */
const REQUESTS: Readonly<Record<string, () => ActorRequest | Promise<ActorRequest>>> = {
  'post /api/bookings': async () => {
    const body = { doctor_id: doctor.doctorId, date: TUESDAY, time: '09:00' };
    return { path: '/api/bookings', body, actor: await clinic.patient() };
  },
  'patch /api/bookings/{id}': async () => ({ ...(await booked()), body: { date: TUESDAY, time: '12:00' } }),
  'delete /api/bookings/{id}': booked,
  'post /api/bookings/{id}/cancel': async () => {
    const { path, actor } = await booked();
    return { path: `${path}/cancel`, body: {}, actor };
  },
  'post /api/bookings/{id}/status': async () => {
    const { path } = await booked();
    return { path: `${path}/status`, body: { status: 'fulfilled' }, actor: doctor };
  },
  'post /api/patients': async () => {
    const body = { given_name: 'Leo', family_name: 'Sanz', birth_date: '2018-02-03' };
    return { path: '/api/patients', body, actor: await clinic.patient() };
  },
  'patch /api/patients/{id}': async () => {
    const actor = await clinic.patient();
    const mine = await clinic.client.get<{ id: number }[]>('/api/patients/mine', actor);
    return { path: `/api/patients/${mine.body[0]!.id}`, body: { given_name: 'Ana' }, actor };
  },
  'post /api/availability': () => ({
    path: '/api/availability',
    body: { day_of_week: 6, start_time: '09:00', end_time: '12:00' },
    actor: doctor,
  }),
  'delete /api/availability/{id}': async () => {
    const window = { day_of_week: 0, start_time: '09:00', end_time: '12:00' };
    const { body } = await clinic.client.post('/api/availability', window, { token: doctor.token });
    return { path: `/api/availability/${body.id}`, actor: doctor };
  },
  'post /api/exceptions': () => ({
    path: '/api/exceptions',
    body: { date: TUESDAY, start_time: '16:00', end_time: '16:30' },
    actor: doctor,
  }),
  'delete /api/exceptions/{id}': async () => {
    const exception = { date: TUESDAY, start_time: '15:00', end_time: '15:30' };
    const { body } = await clinic.client.post('/api/exceptions', exception, { token: doctor.token });
    return { path: `/api/exceptions/${body.id}`, actor: doctor };
  },
  'post /api/doctors': async () => {
    const { id } = await clinic.person('doctor');
    const body = { name: 'Dr. Once', specialty: 'Cardiology', email: 'c@clinic.example', user_id: id };
    return { path: '/api/doctors', body, actor: admin };
  },
  'patch /api/clinic': async () => ({
    path: '/api/clinic',
    body: { name: `Clinic ${randomUUID()}` },
    actor: await clinic.admin(),
  }),
  'post /api/appointment-types': () => ({
    path: '/api/appointment-types',
    body: { code: 'once', name: 'Once', duration: 30 },
    actor: admin,
  }),
  'patch /api/appointment-types/{id}': async () => ({
    path: `/api/appointment-types/${await typeWithCode('change-once')}`,
    body: { duration: 45 },
    actor: admin,
  }),
  'put /api/doctors/{id}/types': async () => ({
    path: `/api/doctors/${doctor.doctorId}/types`,
    body: { types: [{ type_id: await typeWithCode('offer-once') }] },
    actor: admin,
  }),
  'patch /api/doctors/{id}': async () => {
    const { doctorId } = await clinic.doctor();
    await clinic.query("UPDATE doctors SET timezone = 'PST' WHERE id = ?", [doctorId]);
    return { path: `/api/doctors/${doctorId}`, body: { timezone: 'Asia/Tokyo' }, actor: admin };
  },
  'post /api/patients/{id}/merge': async () => {
    const ids = [];
    for (const phone of ['+34612345001', '+34612345002']) {
      const body = { given_name: `Once ${phone}`, family_name: 'Sanz', phone };
      ids.push((await clinic.client.post('/api/patients', body, { token: admin.token })).body.id);
    }
    return {
      path: `/api/patients/${ids[0]}/merge`,
      body: { into: ids[1], reason: 'Entered twice' },
      actor: admin,
    };
  },
  'post /api/patients/{id}/invitation': async () => {
    const body = { given_name: 'Once', family_name: 'Invited', email: 'once.invited@people.example' };
    const { id } = (await clinic.client.post('/api/patients', body, { token: admin.token })).body;
    return { path: `/api/patients/${id}/invitation`, body: {}, actor: admin };
  },
  'post /api/auth/invitation': async () => {
    const actor = await clinic.patient();
    const body = { given_name: 'Once', family_name: 'Accepted', email: actor.email };
    const { id } = (await clinic.client.post('/api/patients', body, { token: admin.token })).body;
    await clinic.client.post(`/api/patients/${id}/invitation`, {}, { token: admin.token });
    const sql = 'SELECT uid FROM account_links WHERE patient_id = ?';
    const [link] = await clinic.query<{ uid: string }>(sql, [id]);
    const token = linkTokenOf(link!.uid, 'patient_invitation', clinic.app.get(Keys).current);
    return { path: '/api/auth/invitation', body: { token }, actor };
  },
  'post /api/users': () => ({
    path: '/api/users',
    body: { email: 'once@people.example', password: 'only once', role: 'doctor' },
    actor: admin,
  }),
  'patch /api/users/{id}': async () => {
    const { id } = await clinic.patient();
    return { path: `/api/users/${id}`, body: { role: 'doctor' }, actor: admin };
  },
  'patch /api/auth/me': async () => {
    const actor = await clinic.patient();
    const body = { locale: 'es', email: 'new.once@people.example', password: actor.password };
    return { path: '/api/auth/me', body, actor };
  },
  'post /api/auth/me/export': async () => {
    const actor = await clinic.patient();
    return { path: '/api/auth/me/export', body: { password: actor.password }, actor };
  },
  'post /api/auth/second-factor': async () => {
    const actor = await clinic.patient();
    return { path: '/api/auth/second-factor', body: { password: actor.password }, actor };
  },
  'delete /api/auth/sessions/{id}': async () => {
    const actor = await clinic.patient();
    const { email, password } = actor;
    const { body } = await clinic.client.post<{ token: string }>('/api/auth/login', { email, password });
    const sessions = await clinic.client.get<{ id: number }[]>('/api/auth/sessions', { token: body.token });
    return { path: `/api/auth/sessions/${sessions.body[0]!.id}`, actor };
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
    return { path: `/api/notifications/${row!.id}/retry`, actor: admin };
  },
};

/** Requests that end their own session, so that a replay needs another one. */
const SESSION_ENDING_REQUESTS: Readonly<Record<string, () => Promise<ActorRequest>>> = {
  'post /api/auth/password': async () => {
    const actor = await clinic.patient();
    const body = { old_password: actor.password, new_password: 'quite another secret' };
    return { path: '/api/auth/password', body, actor };
  },
  'post /api/auth/logout-everywhere': async () => ({
    path: '/api/auth/logout-everywhere',
    actor: await clinic.patient(),
  }),
  'post /api/auth/second-factor/confirm': async () => {
    const actor = await clinic.patient();
    const begun = await clinic.client.post<{ secret: string }>(
      '/api/auth/second-factor',
      { password: actor.password },
      { token: actor.token },
    );
    const totp = new TOTP({ secret: Secret.fromBase32(begun.body.secret) });
    const code = totp.generate({ timestamp: clinic.clock.now() });
    return { path: '/api/auth/second-factor/confirm', body: { code }, actor };
  },
  'delete /api/auth/second-factor': async () => {
    const actor = await withSecondFactor(clinic, await clinic.patient());
    return {
      path: '/api/auth/second-factor',
      body: { password: actor.password, code: actor.digits() },
      actor,
    };
  },
};

function send(method: string, { path, body, actor }: ActorRequest, key?: string): Promise<Answer<Json>> {
  return clinic.client.send(method.toUpperCase(), path, {
    token: actor.token,
    ...(key !== undefined && { headers: { 'idempotency-key': key } }),
    ...(body !== undefined && { body }),
  });
}

/** A token for the account in its present state. */
async function freshToken({ id }: Person): Promise<string> {
  const account = await clinic.app.get(AccountsService).get(id);
  return clinic.app.get(TokenIssuer).issue(account, null, 86_400);
}

const countEvents = async (): Promise<number> => {
  const [row] = await clinic.query<{ n: number }>(
    // Denied access is recorded after the response.
    "SELECT COUNT(*) AS n FROM audit_events WHERE action <> 'account.access_denied'",
  );
  return Number(row!.n);
};

describe('a request that is sent again with its key', () => {
  test.each(Object.entries(REQUESTS))(
    '%s: gets the first answer and is not executed again',
    async (what, ask) => {
      const method = what.split(' ')[0]!;
      const [request, key] = [await ask(), randomUUID()];
      const first = await send(method, request, key);
      expect(first.status).toBeLessThan(300);
      expect(first.headers.get('idempotency-replayed')).toBeNull();
      const events = await countEvents();
      const again = await send(method, request, key);
      expect(again.status).toBe(first.status);
      expect(again.headers.get('idempotency-replayed')).toBe('true');
      // A replayed export reads the data anew, which is an event: the data now includes the request with its key.
      const isExport = what.endsWith('export');
      if (!isExport) expect(again.body).toEqual(first.body);
      expect(await countEvents()).toBe(isExport ? events + 1 : events);
    },
  );

  test.each(Object.entries(SESSION_ENDING_REQUESTS))(
    '%s: is not executed again with a token of the next session',
    async (what, ask) => {
      const method = what.split(' ')[0]!;
      const [request, key] = [await ask(), randomUUID()];
      expect((await send(method, request, key)).status).toBe(200);
      expect((await send(method, request, key)).status).toBe(401);
      const events = await countEvents();
      const actor = { ...request.actor, token: await freshToken(request.actor) };
      const again = await send(method, { ...request, actor }, key);
      expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([200, 'true']);
      expect(await countEvents()).toBe(events);
    },
  );

  test('a second factor’s secret is not stored in plain text, and no longer replayed once the factor is active', async () => {
    const [request, key] = [await REQUESTS['post /api/auth/second-factor']!(), randomUUID()];
    const { body } = await send('post', request, key);
    const stored = JSON.stringify(
      await clinic.query('SELECT * FROM idempotency_keys WHERE idempotency_key = ?', [key]),
    );
    expect(stored).not.toContain(body.secret);
    await clinic.query('UPDATE accounts SET second_factor_since = UTC_TIMESTAMP(3) WHERE id = ?', [
      request.actor.id,
    ]);
    expect(await send('post', request, key)).toMatchObject({
      status: 400,
      body: { code: 'SECOND_FACTOR_IS_ON' },
    });
  });

  test('no token is stored', async () => {
    const key = randomUUID();
    const { body } = await send('post', await SESSION_ENDING_REQUESTS['post /api/auth/password']!(), key);
    const stored = JSON.stringify(
      await clinic.query('SELECT * FROM idempotency_keys WHERE idempotency_key = ?', [key]),
    );
    expect(stored).not.toContain(body.token);
    expect(stored).not.toMatch(/argon2|quite another/);
  });

  test('the key with another query is refused', async () => {
    const [request, key] = [await REQUESTS['patch /api/bookings/{id}']!(), randomUUID()];
    await send('patch', request, key);
    expect((await send('patch', { ...request, path: `${request.path}?dry_run=true` }, key)).status).toBe(422);
  });

  test('the key with a field moved from the body to the query is refused', async () => {
    const [request, key] = [await REQUESTS['post /api/doctors']!(), randomUUID()];
    const body = request.body as Record<string, string>;
    await send('post', { ...request, body: { ...body, timezone: 'Europe/Paris' } }, key);
    const moved = { ...request, path: `${request.path}?timezone=Europe/Paris` };
    expect((await send('post', moved, key)).status).toBe(422);
  });
});

test('a log-out takes a key, and is refused without harm once its session has ended', async () => {
  const { email, password } = await clinic.patient();
  const { body } = await clinic.client.post<{ token: string }>('/api/auth/login', { email, password });
  const logOut = (key: string) =>
    clinic.client.post('/api/auth/logout', {}, { token: body.token, headers: { 'idempotency-key': key } });
  expect((await logOut('')).body.code).toBe('IDEMPOTENCY_KEY_INVALID');
  expect((await logOut('out')).status).toBe(200);
  const events = await countEvents();
  expect(await logOut('out')).toMatchObject({ status: 401, body: { code: 'TOKEN_REVOKED' } });
  expect(await countEvents()).toBe(events);
});

test('a log-out by refresh token takes a key, and gets the same answer again', async () => {
  const { email, password } = await clinic.patient();
  const credentials = { email, password, refresh: true };
  const { refresh_token } = (await clinic.client.post('/api/auth/login', credentials)).body;
  const logOut = () =>
    clinic.client.post('/api/auth/logout', { refresh_token }, { headers: { 'idempotency-key': 'out' } });
  const first = await logOut();
  const events = await countEvents();
  const again = await logOut();
  expect([first.status, again.status, again.body]).toEqual([200, 200, first.body]);
  expect(await countEvents()).toBe(events);
});

describe('a key on a route without idempotency is refused', () => {
  test.each([
    ['post', '/api/auth/register', { email: 'key@people.example', password: 'a long password' }],
    ['post', '/api/auth/login', { email: 'key@people.example', password: 'a long password' }],
    ['post', '/api/auth/refresh', { refresh_token: 'abc' }],
    ['post', '/api/auth/password/forgot', { email: 'key@people.example' }],
    ['delete', '/api/auth/me', { password: 'a long password' }],
  ])('%s %s', async (method, path, body) => {
    const actor = await clinic.patient();
    const answer = await send(method, { path, body, actor }, randomUUID());
    expect(answer).toMatchObject({ status: 400, body: { code: 'IDEMPOTENCY_KEY_NOT_TAKEN' } });
    expect(answer.body.error).toContain('without the header');
  });

  test('a request that only reads ignores the key', async () => {
    const headers = { 'idempotency-key': 'k' };
    const answer = await clinic.client.get('/api/bookings/me', {
      token: (await clinic.patient()).token,
      headers,
    });
    expect([answer.status, answer.headers.get('idempotency-replayed')]).toEqual([200, null]);
  });
});

test('the document lists the key for each POST and PATCH that reads a token', async () => {
  type Operation = { responses: object; parameters?: { name: string; schema: { maxLength?: number } }[] };
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
    [...Object.keys(REQUESTS), ...Object.keys(SESSION_ENDING_REQUESTS), 'post /api/auth/logout'].sort(),
  );
  const signedIn = operations.filter(
    ({ method, responses }) =>
      ['post', 'patch'].includes(method) && JSON.stringify(responses).includes('TOKEN_REVOKED'),
  );
  expect(
    signedIn.map(({ name }) => name).filter((name) => !keyed.some((each) => each.name === name)),
  ).toEqual([]);
});
