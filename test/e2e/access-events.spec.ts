import { randomUUID } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RefusalTrail } from '../../src/audit/refusal-trail.js';
import { linkTokenOf } from '../../src/auth/accounts/link-token.js';
import { Keys } from '../../src/config/keys.js';
import { SYSTEM_CONTEXT } from '../../src/http/context.js';
import type { AccountKind } from '../../src/outbox/notification-kind.js';
import { NotificationQueue } from '../../src/notifications/notification-queue.js';
import { withSecondFactor } from '../support/authenticator.js';
import { Clinic, type DoctorPerson, type Person } from '../support/clinic.js';
import { eventually } from '../support/eventually.js';
import { sendVerbatim } from '../support/verbatim-http.js';
import { withSettings } from '../support/with-settings.js';
import { statementNamed, Statements } from '../support/statements.js';

interface Row {
  readonly id: number;
  readonly actor_id: number | null;
  readonly actor_role: string | null;
  readonly action: string;
  readonly subject_id: number;
  readonly address: string | null;
  readonly particulars: Record<string, unknown>;
}

let clinic: Clinic;
let patient: Person;
let doctor: DoctorPerson;
let admin: Person;

beforeAll(async () => {
  clinic = await Clinic.open();
  patient = await clinic.patient();
  doctor = await clinic.doctor();
  admin = await clinic.admin();
});

afterAll(() => clinic?.close());

async function rowsAfter(id: number): Promise<Row[]> {
  const rows = await clinic.query<Omit<Row, 'particulars'> & { particulars: string }>(
    `SELECT id, actor_id, actor_role, action, subject_id, address, particulars FROM audit_events
     WHERE id > ? ORDER BY id`,
    [id],
  );
  return rows.map((row) => ({ ...row, particulars: JSON.parse(row.particulars) as Record<string, unknown> }));
}

/** The events that an act leaves. Waits for `count` of them, because some are written after the response. */
async function eventsOf(act: () => Promise<unknown>, count = 1): Promise<Row[]> {
  const [last] = await clinic.query<{ id: number | null }>('SELECT MAX(id) AS id FROM audit_events');
  const from = last!.id ?? 0;
  await act();
  await eventually('the events are recorded', async () => (await rowsAfter(from)).length >= count);
  return rowsAfter(from);
}

/** Inserts a link for an account and returns the code that the email would carry. */
async function codeOf({ id }: Person, kind: AccountKind): Promise<string> {
  const uid = randomUUID();
  await clinic.query(
    `INSERT INTO account_links (uid, account_id, kind, session_version, address, created_at, expires_at)
     SELECT ?, id, ?, session_version, 'changed@people.example', '2026-01-01', '2099-01-01'
     FROM accounts WHERE id = ?`,
    [uid, kind, id],
  );
  return linkTokenOf(uid, kind, clinic.app.get(Keys).current);
}

const visitorAt = (address: string) => ({
  ...SYSTEM_CONTEXT,
  actor: { ...SYSTEM_CONTEXT.actor, address },
});

const attempt = (email: string, password: string, code?: string) =>
  clinic.client.post('/api/auth/login', { email, password, ...(code !== undefined && { code }) });

describe('log-ins', () => {
  test('a successful log-in is an event of the account, with the network address', async () => {
    const [event, ...more] = await eventsOf(() => attempt(patient.email, patient.password));
    expect(more).toEqual([]);
    expect(event).toMatchObject({
      actor_id: patient.id,
      actor_role: 'user',
      action: 'account.logged_in',
      subject_id: patient.id,
      address: '127.0.0.1',
    });
  });

  test('a wrong password is an event by a visitor, about the account', async () => {
    const { id, email } = await clinic.patient();
    const [event] = await eventsOf(() => attempt(email.toUpperCase(), 'a wrong guess'));
    expect(event).toMatchObject({
      actor_id: null,
      action: 'account.login_refused',
      subject_id: id,
      address: '127.0.0.1',
      particulars: { code: 'INVALID_CREDENTIALS' },
    });
  });

  test('for an email address without an account, the event holds only a keyed hash of the address', async () => {
    const email = 'nobody.at.all@people.example';
    const [event] = await eventsOf(() => attempt(email, 'a wrong guess'));
    expect(event).toMatchObject({ action: 'account.login_refused', subject_id: 0 });
    expect(event!.particulars).toEqual({
      code: 'INVALID_CREDENTIALS',
      email_hash: expect.stringMatching(/^[\w-]{43}$/) as string,
    });
    const [other] = await eventsOf(() => attempt('nobody.else@people.example', 'a wrong guess'));
    expect(other!.particulars.email_hash).not.toBe(event!.particulars.email_hash);
    expect(JSON.stringify(await clinic.query('SELECT * FROM audit_events'))).not.toContain('nobody');
  });

  test('log-ins to known and unknown accounts run the same statements', async () => {
    const statements = Statements.of(clinic.dataSource);
    const { email } = await clinic.patient();
    const counts: string[][] = [];
    for (const address of [email, 'unknown@people.example']) {
      statements.reset();
      await attempt(address, 'a wrong guess');
      counts.push(
        statements.sent
          .map(({ sql }) => sql.replace(/\s+/g, ' ').slice(0, 40))
          .filter((sql) => !/^SET SESSION|find-ended-sessions|touch-sessions/.test(sql)),
      );
    }
    expect(counts[0]).toEqual(counts[1]);
    expect(counts[0]!.filter((sql) => statementNamed('insert-event').test(sql))).toHaveLength(1);
  });

  test('missing and wrong second-factor digits are events', async () => {
    const person = await clinic.patient();
    const { body } = await clinic.client.post<{ secret: string }>(
      '/api/auth/second-factor',
      { password: person.password },
      person,
    );
    const code = new TOTP({ secret: Secret.fromBase32(body.secret) }).generate({
      timestamp: clinic.clock.now(),
    });
    await clinic.client.post('/api/auth/second-factor/confirm', { code }, person);
    // The code was used to confirm, and is valid only once.
    const events = await eventsOf(async () => {
      await attempt(person.email, person.password);
      await attempt(person.email, person.password, code);
    }, 2);
    expect(events.map(({ action, subject_id, particulars }) => [action, subject_id, particulars])).toEqual([
      ['account.login_refused', person.id, { code: 'SECOND_FACTOR_REQUIRED' }],
      ['account.login_refused', person.id, { code: 'SECOND_FACTOR_WRONG' }],
    ]);
  });
});

describe('denied access is an event', () => {
  test('when the account lacks the right', async () => {
    const [event] = await eventsOf(() => clinic.client.get('/api/users', patient));
    expect(event).toMatchObject({
      actor_id: patient.id,
      actor_role: 'user',
      action: 'account.access_denied',
      subject_id: patient.id,
      address: '127.0.0.1',
      particulars: { code: 'FORBIDDEN', route: 'GET /api/users' },
    });
  });

  test('when the token has been revoked', async () => {
    const person = await clinic.patient();
    await clinic.client.post('/api/auth/logout-everywhere', undefined, person);
    const [event] = await eventsOf(() => clinic.client.get('/api/auth/me', person));
    expect(event).toMatchObject({
      action: 'account.access_denied',
      subject_id: person.id,
      particulars: { code: 'TOKEN_REVOKED', route: 'GET /api/auth/me' },
    });
  });

  test('when a signed-in account sends a wrong password', async () => {
    const body = { old_password: 'a wrong guess', new_password: 'quite another one' };
    const [event] = await eventsOf(() => clinic.client.post('/api/auth/password', body, patient));
    expect(event).toMatchObject({
      action: 'account.access_denied',
      particulars: { code: 'WRONG_PASSWORD', route: 'POST /api/auth/password' },
    });
  });

  test('when a visitor sends a mailed code with a wrong password; the event is about the account', async () => {
    const person = await clinic.patient();
    const codes = [await codeOf(person, 'verify_address'), await codeOf(person, 'change_address')];
    const events = await eventsOf(async () => {
      for (const [turn, path] of ['/api/auth/verify-email', '/api/auth/change-email'].entries()) {
        const body = { token: codes[turn], password: 'a wrong guess' };
        expect((await clinic.client.post(path, body)).body.code).toBe('WRONG_PASSWORD');
      }
    }, 2);
    expect(events).toMatchObject(
      ['verify_address', 'change_address'].map((link) => ({
        actor_id: null,
        action: 'account.access_denied',
        subject_id: person.id,
        address: '127.0.0.1',
        particulars: { code: 'WRONG_PASSWORD', link },
      })),
    );
  });

  test.each([
    ['/api/auth/verify-email', { password: 'a wrong guess' }],
    ['/api/auth/change-email', { password: 'a wrong guess' }],
    ['/api/auth/invitation', { password: 'seven herons at dusk' }],
    ['/api/auth/password/reset', { new_password: 'seven herons at dusk' }],
  ])('when a visitor guesses a code at %s; the event is about no account', async (path, body) => {
    const [event, ...more] = await eventsOf(() => clinic.client.post(path, { token: 'guessed', ...body }));
    expect(more).toEqual([]);
    expect(event).toMatchObject({
      actor_id: null,
      action: 'account.access_denied',
      subject_id: 0,
      address: '127.0.0.1',
      particulars: { code: 'LINK_INVALID', route: `POST ${path}` },
    });
  });

  test('but not when the request is malformed, names an unknown booking or has no token', async () => {
    const events = await eventsOf(async () => {
      await clinic.client.get('/api/bookings/available-slots', patient);
      await clinic.client.delete('/api/bookings/4000000', patient);
      await clinic.client.get('/api/bookings/me');
      await attempt(patient.email, patient.password);
    });
    expect(events.map(({ action }) => action)).toEqual(['account.logged_in']);
  });
});

describe('a flood of refusals does not fill the table', () => {
  test('the first of several identical refusals is an event, and the rest of that minute are one event with a count', async () => {
    const { id, email } = await clinic.patient();
    const flood = async () => {
      await Promise.all(Array.from({ length: 12 }, () => attempt(email, 'a wrong guess')));
    };
    const events = await eventsOf(flood);
    expect(events).toHaveLength(1);
    const trail = clinic.app.get(RefusalTrail);
    const counts = await eventsOf(async () => {
      clinic.clock.advance({ seconds: 61 });
      await trail.writeCounts();
    });
    expect(counts.find(({ subject_id }) => subject_id === id)).toMatchObject({
      action: 'account.login_refused',
      address: '127.0.0.1',
      particulars: { code: 'INVALID_CREDENTIALS', count: 11 },
    });
    const again = await eventsOf(() => attempt(email, 'a wrong guess'));
    expect(again).toHaveLength(1);
  });

  test('a thousand accounts tried within a minute leave at most 502 events, and every refusal is counted', async () => {
    const trail = clinic.app.get(RefusalTrail);
    const refused = (turn: number) =>
      trail.record(visitorAt(`192.0.2.${turn % 250}`), {
        action: 'account.login_refused',
        subjectId: 0,
        particulars: { code: 'INVALID_CREDENTIALS', email_hash: `hash ${turn}` },
      });
    const events = await eventsOf(async () => {
      for (let turn = 0; turn < 1_000; turn += 1) await refused(turn);
      clinic.clock.advance({ seconds: 61 });
      await trail.writeCounts();
    });
    expect(events.length).toBeLessThanOrEqual(502);
    const counted = events.reduce((sum, { particulars }) => sum + Number(particulars.count ?? 1), 0);
    expect(counted).toBe(1_000);
  });

  test('many kinds of refusal from one address do not hide those from another', async () => {
    const trail = clinic.app.get(RefusalTrail);
    const refused = (address: string, route: string) =>
      trail.record(visitorAt(address), {
        action: 'account.access_denied',
        subjectId: 0,
        particulars: { code: 'FORBIDDEN', route },
      });
    const events = await eventsOf(async () => {
      // All in one /64, which is what a provider assigns to one customer.
      for (let turn = 0; turn < 600; turn += 1) await refused(`2001:db8::${turn.toString(16)}`, `/${turn}`);
      await refused('2001:db8:1::1', '/another');
      clinic.clock.advance({ seconds: 61 });
      await trail.writeCounts();
    });
    expect(events).toContainEqual(expect.objectContaining({ address: '2001:db8:1::1' }));
    expect(events.length).toBeLessThan(70);
    const counted = events.reduce((sum, { particulars }) => sum + Number(particulars.count ?? 1), 0);
    expect(counted).toBe(601);
  });
});

describe('a flood of one account hides no other account', () => {
  const deniedAt = (id: number, route: string) =>
    clinic.app
      .get(RefusalTrail)
      .record(
        { actor: { id, role: 'user', address: '198.51.100.7' }, requestId: null },
        { action: 'account.access_denied', subjectId: id, particulars: { code: 'FORBIDDEN', route } },
      );
  const eventsOfMinute = (act: () => Promise<unknown>) =>
    eventsOf(async () => {
      await act();
      clinic.clock.advance({ seconds: 61 });
      await clinic.app.get(RefusalTrail).writeCounts();
    });

  test('an account with many kinds of refusal is summed up in one event with its id and their count', async () => {
    const events = await eventsOfMinute(async () => {
      for (let turn = 0; turn < 40; turn += 1) await deniedAt(71, `/${turn}`);
      await deniedAt(72, '/once');
    });
    expect(events).toHaveLength(12);
    expect(events).toContainEqual(expect.objectContaining({ actor_id: 72, subject_id: 72 }));
    expect(events.at(-1)).toMatchObject({
      actor_id: 71,
      subject_id: 71,
      address: '198.51.100.7',
      particulars: { of: 'account', count: 30 },
    });
  });

  test('each of a hundred accounts behind one address is named', async () => {
    const ids = Array.from({ length: 100 }, (_, turn) => 1_000 + turn);
    const events = await eventsOfMinute(async () => {
      for (const id of ids) for (const route of ['/a', '/b']) await deniedAt(id, route);
    });
    expect([...new Set(events.map(({ actor_id }) => actor_id))].sort()).toEqual(ids);
    const counted = events.reduce((sum, { particulars }) => sum + Number(particulars.count ?? 1), 0);
    expect(counted).toBe(200);
  });
});

describe('a log-out', () => {
  test('with a refresh token is one event about the account, even when it is sent twice', async () => {
    const person = await clinic.patient();
    const { email, password } = person;
    const session = await clinic.client.post<{ refresh_token: string }>('/api/auth/login', {
      email,
      password,
      refresh: true,
    });
    const { refresh_token } = session.body;
    const logOut = () => clinic.client.post('/api/auth/logout', { refresh_token });
    const events = await eventsOf(async () => {
      await logOut();
      await logOut();
    });
    expect(events).toMatchObject([
      { actor_id: null, action: 'account.logged_out', subject_id: person.id, address: '127.0.0.1' },
    ]);
    expect(events[0]!.particulars.session).toEqual(expect.any(Number));
  });
});

describe('reading other people’s data is an event', () => {
  const reads: readonly (readonly [string, () => Person, string])[] = [
    ['/api/audit', () => admin, 'event.listed'],
    ['/api/users', () => admin, 'account.listed'],
    ['/api/notifications', () => admin, 'message.listed'],
    ['/api/bookings/doctor', () => doctor, 'booking.listed'],
    ['/api/doctors', () => admin, 'doctor.listed'],
    ['/api/integrity', () => admin, 'booking.listed'],
  ];

  test.each(reads)('GET %s', async (path, reader, action) => {
    let rows = 0;
    const events = await eventsOf(async () => {
      const { body } = await clinic.client.get<unknown>(path, reader());
      rows = Array.isArray(body) ? body.length : 1;
    });
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({
      actor_id: reader().id,
      action,
      subject_id: 0,
      address: '127.0.0.1',
      particulars: { rows },
    });
  });

  test('a refused read and a read of one’s own data are no events', async () => {
    const events = await eventsOf(async () => {
      await clinic.client.get('/api/users?limit=0', admin);
      await clinic.client.get('/api/bookings/me', patient);
      await clinic.client.get('/api/auth/me', patient);
      await attempt(patient.email, patient.password);
    });
    expect(events.map(({ action }) => action)).toEqual(['account.logged_in']);
  });
});

describe('an export', () => {
  test('of an account’s data is an event of the account, and the export contains that event', async () => {
    const person = await clinic.patient();
    const { password } = person;
    let exported: { events: { action: string }[] } = { events: [] };
    const [event] = await eventsOf(async () => {
      exported = (await clinic.client.post<typeof exported>('/api/auth/me/export', { password }, person))
        .body;
    });
    expect(event).toMatchObject({
      actor_id: person.id,
      actor_role: 'user',
      action: 'account.exported',
      subject_id: person.id,
      address: '127.0.0.1',
    });
    expect(exported.events.map(({ action }) => action)).toContain('account.exported');
  });

  test('that is refused is recorded as denied access', async () => {
    const person = await clinic.patient();
    const events = await eventsOf(() =>
      clinic.client.post('/api/auth/me/export', { password: 'a wrong guess' }, person),
    );
    expect(events.map(({ action }) => action)).toEqual(['account.access_denied']);
  });
});

describe('rate-limited log-ins', () => {
  let limited: Clinic;

  beforeAll(async () => {
    limited = await Clinic.over(withSettings(clinic.environment, { RATE_LIMIT_ENABLED: true }), clinic.clock);
  });

  afterAll(() => limited?.app.close());

  test.each([
    ['the API', '127.0.9.1', '/api/auth/login'],
    ['the dashboard', '127.0.9.2', '/admin/queues/api/queues'],
  ])(
    'at %s are one event per address, and after a minute one more with their count',
    async (_, from, path) => {
      const { email } = await clinic.patient();
      const body = { email, password: 'a wrong guess' };
      const basic = `Basic ${Buffer.from(`${email}:${body.password}`).toString('base64')}`;
      const guess = async () => {
        const { status } = path.startsWith('/api/')
          ? await sendVerbatim(limited.client.baseUrl, path, {
              method: 'POST',
              headers: { 'content-type': 'application/json' },
              chunks: [JSON.stringify(body)],
              localAddress: from,
            })
          : await sendVerbatim(limited.client.baseUrl, path, {
              headers: { authorization: basic },
              localAddress: from,
            });
        return status;
      };
      const statuses = await Promise.all(Array.from({ length: 25 }, guess));
      const refused = statuses.filter((status) => status === 429).length;
      // Fewer than fifteen if the limit's minute ended meanwhile.
      expect(refused).toBeGreaterThan(1);
      const ofFlood = async () =>
        (await rowsAfter(0)).filter(
          ({ address, particulars }) => address === from && particulars.code === 'TOO_MANY_REQUESTS',
        );
      await eventually('the first event is written', async () => (await ofFlood()).length > 0);
      // Events are written after the responses.
      await new Promise((resolve) => setTimeout(resolve, 500));
      const expected = {
        actor_id: null,
        action: 'account.login_refused',
        subject_id: 0,
        particulars: { code: 'TOO_MANY_REQUESTS' },
      };
      expect(await ofFlood()).toMatchObject([expected]);
      clinic.clock.advance({ seconds: 61 });
      await limited.app.get(RefusalTrail).writeCounts();
      expect(await ofFlood()).toMatchObject([
        expected,
        { ...expected, particulars: { code: 'TOO_MANY_REQUESTS', count: refused - 1 } },
      ]);
    },
  );
});

describe('the dashboard', () => {
  const visit = (path: string, { email, password }: Person, method = 'GET') =>
    sendVerbatim(clinic.client.baseUrl, `/admin/queues${path}`, {
      method,
      headers: { authorization: `Basic ${Buffer.from(`${email}:${password}`).toString('base64')}` },
    });

  test('each change by an admin is an event, and viewing is not', async () => {
    const { queue } = clinic.app.get(NotificationQueue);
    const boss = await clinic.admin();
    const job = await queue.add('message', { id: 1, lease: 1 }, { jobId: 'message-1-1', delay: 86_400_000 });
    const events = await eventsOf(async () => {
      await visit('/api/queues', boss);
      await visit(`/api/queues/${queue.name}/pause`, boss, 'PUT');
      await visit(`/api/queues/${queue.name}/resume`, boss, 'PUT');
      await visit(`/api/queues/${queue.name}/${job.id}/retry`, boss, 'PUT');
      await visit(`/api/queues/${queue.name}/${job.id}/clean`, boss, 'PUT');
    }, 5);
    expect(events[0]).toMatchObject({ actor_id: boss.id, action: 'account.logged_in' });
    expect(events.slice(1).map(({ action }) => action)).toEqual(
      Array.from({ length: 4 }, () => 'queue.changed'),
    );
    for (const event of events)
      expect(event).toMatchObject({ actor_id: boss.id, actor_role: 'admin', address: '127.0.0.1' });
    expect(events.slice(1).map(({ particulars }) => particulars)).toEqual([
      { action: 'PUT /api/queues/:queueName/pause' },
      { action: 'PUT /api/queues/:queueName/resume' },
      { action: 'PUT /api/queues/:queueName/:jobId/retry', job: 'message-1-1' },
      { action: 'PUT /api/queues/:queueName/:jobId/clean', job: 'message-1-1' },
    ]);
    expect(await queue.isPaused()).toBe(false);
  });

  test('visits with a token are one event a minute, like visits with a password', async () => {
    const boss = await withSecondFactor(clinic, await clinic.admin());
    const look = () => visit('/api/queues', { ...boss, password: boss.token });
    const visits = async () => {
      expect((await look()).status).toBe(200);
      expect((await look()).status).toBe(200);
    };
    const expected = { actor_id: boss.id, action: 'account.logged_in', particulars: { dashboard: true } };
    expect(await eventsOf(visits)).toMatchObject([expected]);
    clinic.clock.advance({ seconds: 61 });
    expect(await eventsOf(visits)).toMatchObject([expected]);
  });

  test('rejected visitors are recorded, with their account if they have one', async () => {
    const person = await clinic.patient();
    const events = await eventsOf(async () => {
      await visit('/api/queues', person);
      await visit('/api/queues', { ...admin, password: 'a wrong guess' });
    }, 2);
    expect(events).toMatchObject([
      { actor_id: person.id, action: 'account.access_denied', particulars: { code: 'ADMIN_REQUIRED' } },
      { actor_id: null, action: 'account.login_refused', subject_id: admin.id },
    ]);
  });
});
