import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TooManyRequests } from '../../src/errors/domain-error.js';
import { LIMITS, NETWORK_FACTORS } from '../../src/http/rate-limits/limits.js';
import { Throttle } from '../../src/http/rate-limits/throttle.js';
import { digitsOf } from '../support/authenticator.js';
import { Clinic, type Person } from '../support/clinic.js';
import { nextAddress, type RequestFrom, sendFrom } from '../support/network-addresses.js';

// Limits that somebody else's requests do not use up.

let clinic: Clinic;

beforeAll(async () => {
  clinic = await Clinic.open({ env: { RATE_LIMIT_ENABLED: 'true' } });
});

afterAll(() => clinic?.close());

const send = (path: string, request: RequestFrom) => sendFrom(clinic, path, request);

async function sendMany(times: number, request: () => Promise<number>): Promise<number[]> {
  const statuses: number[] = [];
  for (let sent = 0; sent < times; sent += 20)
    statuses.push(...(await Promise.all(Array.from({ length: Math.min(20, times - sent) }, request))));
  return statuses;
}

async function logInAgain({ email, password }: Person): Promise<string> {
  const { body } = await clinic.client.post<{ token: string }>('/api/auth/login', { email, password });
  return body.token;
}

describe('at an address that many people share', () => {
  test('an account beyond its own limit leaves the others theirs', async () => {
    const [flooding, other] = [await clinic.patient(), await clinic.patient()];
    const from = nextAddress();
    const times = LIMITS.signedInAddress.points + 20;
    const statuses = await sendMany(times, () => send('/api/auth/me', { token: flooding.token, from }));
    expect(statuses.filter((status) => status === 200)).toHaveLength(LIMITS.account.points);
    expect(await send('/api/auth/me', { token: other.token, from })).toBe(200);
  });

  type Own = readonly [limit: 'ownSessions' | 'booking' | 'change', request: RequestFrom, path: string];
  test.each<Own>([
    ['ownSessions', { method: 'DELETE' }, '/api/auth/sessions/1'],
    ['booking', { method: 'DELETE' }, '/api/bookings/999999'],
    ['change', { method: 'PATCH', body: {} }, '/api/auth/me'],
  ])('requests beyond the limit %s use up nothing of the address', async (limit, request, path) => {
    const [{ token }, from] = [await clinic.patient(), nextAddress()];
    const statuses = await sendMany(LIMITS[limit].points + 20, () => send(path, { ...request, token, from }));
    expect(statuses.filter((status) => status === 429)).toHaveLength(20);
    const redis = new Redis(clinic.environment.REDIS_URL);
    expect(Number(await redis.get(`throttle:signedInAddress:${from}`))).toBe(LIMITS[limit].points);
    redis.disconnect();
  });

  test('a flood of public reads does not stop log-ins', async () => {
    const { email, password } = await clinic.patient();
    const from = nextAddress();
    const statuses = await sendMany(LIMITS.visitor.points + 20, () => send('/api/doctors/public', { from }));
    expect(statuses).toContain(429);
    expect(await send('/api/auth/login', { method: 'POST', body: { email, password }, from })).toBe(200);
  });
});

describe('in an IPv6 network', () => {
  const [home, company] = NETWORK_FACTORS;

  /** Counts log-ins, each from another /64, and returns how many were within the limits. */
  async function countLogins(times: number, addressOf: (turn: number) => string): Promise<number> {
    const throttle = clinic.app.get(Throttle);
    let counted = 0;
    for (let turn = 0; turn < times; turn += 1) {
      try {
        await throttle.countFrom('loginAddress', addressOf(turn));
        counted += 1;
      } catch (error) {
        expect(error).toBeInstanceOf(TooManyRequests);
      }
    }
    return counted;
  }

  const { points } = LIMITS.loginAddress;

  test('a home with a /56 has four times the limit of a /64, and leaves its neighbours theirs', async () => {
    const most = points * home.factor;
    expect(await countLogins(most + 40, (turn) => `2001:db8:77:${(turn % 256).toString(16)}::1`)).toBe(most);
    expect(await countLogins(points, () => '2001:db8:77:100::1')).toBe(points);
  });

  test('a company with a /48 has sixty-four times the limit', async () => {
    const most = points * company.factor;
    expect(await countLogins(most + 40, (turn) => `2001:db8:78:${(turn * 32).toString(16)}::1`)).toBe(most);
    expect(await countLogins(1, () => '2001:db8:79::1')).toBe(1);
  });
});

test('an account has three times the password changes of a session', async () => {
  const owner = await clinic.patient();
  const statuses: number[] = [];
  for (let session = 0; session < 4; session += 1) {
    const token = await logInAgain(owner);
    const change = () => send('/api/auth/password', { method: 'POST', token, body: {} });
    for (let turn = 0; turn < LIMITS.newPassword.points / 5; turn += 1)
      statuses.push(...(await Promise.all(Array.from({ length: 5 }, change))));
  }
  expect(statuses.filter((status) => status === 400)).toHaveLength(LIMITS.newPasswordAccount.points);
});

describe('a thief of one token', () => {
  test.each(['before', 'after'])(
    'cannot keep the owner from confirming a second factor, by guesses %s it was set up',
    async (when) => {
      const owner = await clinic.patient();
      const stolen = await logInAgain(owner);
      const guess = () =>
        sendMany(LIMITS.secondFactorChange.points + 5, () =>
          send('/api/auth/second-factor/confirm', {
            method: 'POST',
            token: stolen,
            body: { code: '000000' },
          }),
        );
      await sendMany(LIMITS.change.points + 5, () =>
        send('/api/auth/me', { method: 'PATCH', token: stolen, body: {} }),
      );
      if (when === 'before') await guess();
      const { password, token } = owner;
      const begun = await clinic.client.post<{ secret: string }>(
        '/api/auth/second-factor',
        { password },
        { token },
      );
      if (when === 'after') await guess();
      const body = { code: digitsOf(clinic, begun.body.secret) };
      expect(await send('/api/auth/second-factor/confirm', { method: 'POST', token, body })).toBe(200);
    },
  );

  test('cannot keep the owner from ending sessions and from changing the password', async () => {
    const owner = await clinic.patient();
    const stolen = await logInAgain(owner);
    await sendMany(LIMITS.account.points + 20, () => send('/api/auth/me', { token: stolen }));
    await sendMany(LIMITS.ownSessions.points + 5, () =>
      send('/api/auth/sessions/1', { method: 'DELETE', token: stolen }),
    );
    const body = { old_password: 'not the password', new_password: 'a new and much longer password' };
    await sendMany(LIMITS.newPassword.points + 5, () =>
      send('/api/auth/password', { method: 'POST', token: stolen, body }),
    );
    expect(await send('/api/auth/me', { token: owner.token })).toBe(429);
    expect(await send('/api/auth/sessions/1', { method: 'DELETE', token: owner.token })).toBe(404);
    const right = { ...body, old_password: owner.password };
    expect(await send('/api/auth/password', { method: 'POST', token: owner.token, body: right })).toBe(200);
  });
});
