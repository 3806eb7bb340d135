import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { PasswordHasher } from '../../src/auth/passwords/password-hasher.js';
import { IN_FLIGHT } from '../../src/http/rate-limits/limits.js';
import { Clinic, type DoctorPerson, type Person } from '../support/clinic.js';
import { eventually } from '../support/eventually.js';
import { type RequestFrom, sendFrom } from '../support/network-addresses.js';
import { MONDAY, TUESDAY } from '../support/races.js';
import { withSettings } from '../support/with-settings.js';

let clinic: Clinic;
let doctor: DoctorPerson;

beforeAll(async () => {
  clinic = await Clinic.open({ env: { RATE_LIMIT_ENABLED: 'true' } });
  doctor = await clinic.doctor();
});

afterAll(() => clinic?.close());

const send = (path: string, request: RequestFrom) => sendFrom(clinic, path, request);

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
      // No other request of the account is sent meanwhile, because it would take the place of one of these.
      const redis = new Redis(clinic.environment.REDIS_URL);
      await eventually('all have been counted by address, and are in progress', async () => {
        const counted = await redis.get('throttle:bookingAddress:127.0.0.1');
        return Number(counted) === IN_FLIGHT.account;
      });
      redis.disconnect();
      expect(await send('/api/auth/me', { token })).toBe(429);
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

describe('password changes in parallel', () => {
  /** Sends invalid requests whose new passwords must be checked, while the checks do not end. */
  async function whileChecking(
    tokens: readonly string[],
    work: (statuses: readonly number[]) => Promise<void>,
  ): Promise<void> {
    let finish = (): void => undefined;
    const finished = new Promise<void>((resolve) => (finish = resolve));
    const isCommon = vi
      .spyOn(clinic.app.get(PasswordHasher), 'isCommon')
      .mockImplementation(() => finished.then(() => false));
    const statuses: number[] = [];
    const change = { method: 'POST', body: { new_password: 'a quiet river bend' } };
    const all = tokens.map(async (token) =>
      statuses.push(await send('/api/auth/password', { ...change, token })),
    );
    try {
      await eventually('all others are being checked', () =>
        Promise.resolve(isCommon.mock.calls.length + statuses.length === tokens.length),
      );
      await work(statuses);
    } finally {
      finish();
      await Promise.all(all);
      isCommon.mockRestore();
    }
  }

  async function tokensOf({ email, password }: Person, count: number): Promise<string[]> {
    const tokens: string[] = [];
    while (tokens.length < count) {
      if (tokens.length % 10 === 0) await clinic.resetCounters('login');
      const { body } = await clinic.client.post<{ token: string }>('/api/auth/login', { email, password });
      tokens.push(body.token);
    }
    return tokens;
  }

  const { session, sessions } = IN_FLIGHT.newPassword;

  test('a session has at most five, and leaves the other sessions theirs', async () => {
    const person = await clinic.patient();
    const [stolen] = await tokensOf(person, 1);
    await whileChecking(Array<string>(session + 3).fill(stolen!), async (statuses) => {
      expect(statuses).toEqual([429, 429, 429]);
      expect(await send('/api/auth/password', { method: 'POST', token: person.token, body: {} })).toBe(400);
    });
  });

  test('an account has at most fifteen, however many sessions it has', async () => {
    const tokens = await tokensOf(await clinic.patient(), 10);
    const rejected = 10 * session - sessions;
    await whileChecking(
      tokens.flatMap((token) => Array<string>(session).fill(token)),
      async (statuses) => {
        expect(statuses).toEqual(Array(rejected).fill(429));
        const other = await clinic.patient();
        expect(await send('/api/auth/password', { method: 'POST', token: other.token, body: {} })).toBe(400);
      },
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
