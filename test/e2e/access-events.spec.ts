import { randomUUID } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { linkTokenOf } from '../../src/auth/accounts/link-token.js';
import { Keys } from '../../src/config/keys.js';
import type { LinkKind } from '../../src/outbox/notification-kind.js';
import { eventsDuring } from '../support/audit-events.js';
import { Clinic, type Person } from '../support/clinic.js';
import { statementNamed, Statements } from '../support/statements.js';

let clinic: Clinic;
let patient: Person;

beforeAll(async () => {
  clinic = await Clinic.open();
  patient = await clinic.patient();
});

afterAll(() => clinic?.close());

const eventsOf = (act: () => Promise<unknown>, count?: number) => eventsDuring(clinic, act, count);

/** Inserts a link for an account and returns the code that the email would carry. */
async function codeOf({ id }: Person, kind: LinkKind): Promise<string> {
  const uid = randomUUID();
  await clinic.query(
    `INSERT INTO account_links (uid, account_id, kind, session_version, address, created_at, expires_at)
     SELECT ?, id, ?, session_version, 'changed@people.example', '2026-01-01', '2099-01-01'
     FROM accounts WHERE id = ?`,
    [uid, kind, id],
  );
  return linkTokenOf(uid, kind, clinic.app.get(Keys).current);
}

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

describe('an answer that reveals that an address has an account is an event', () => {
  const hash = { email_hash: expect.stringMatching(/^[\w-]{43}$/) as string };

  test('at a registration, by a visitor, with a keyed hash of the address only', async () => {
    const { email } = await clinic.patient();
    const body = { email: email.toUpperCase(), password: 'a long enough phrase' };
    const [event, ...more] = await eventsOf(() => clinic.client.post('/api/auth/register', body));
    expect(more).toEqual([]);
    expect(event).toMatchObject({ actor_id: null, action: 'account.access_denied', subject_id: 0 });
    expect(event!.particulars).toEqual({ code: 'EMAIL_TAKEN', ...hash });
  });

  test('at a change of address, by the account that asked', async () => {
    const [{ email }, { id, password, token }] = [await clinic.patient(), await clinic.patient()];
    const [event, ...more] = await eventsOf(() =>
      clinic.client.patch('/api/auth/me', { email, password }, { token }),
    );
    expect(more).toEqual([]);
    expect(event).toMatchObject({ actor_id: id, action: 'account.access_denied', subject_id: id });
    expect(event!.particulars).toEqual({ code: 'EMAIL_TAKEN', ...hash });
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
