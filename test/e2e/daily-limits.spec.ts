import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LIMITS } from '../../src/http/rate-limits/limits.js';
import { Clinic, type DoctorPerson, type Person } from '../support/clinic.js';
import { nextAddress, type RequestFrom, sendFrom } from '../support/network-addresses.js';
import { MONDAY } from '../support/races.js';

let clinic: Clinic;
let doctor: DoctorPerson;

beforeAll(async () => {
  clinic = await Clinic.open({ env: { RATE_LIMIT_ENABLED: 'true' } });
  doctor = await clinic.doctor();
});

afterAll(() => clinic?.close());

const send = (path: string, request: RequestFrom) => sendFrom(clinic, path, request);

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

test('registrations that are not valid do not count by day', async () => {
  const from = nextAddress();
  const bodies = [{}, { email: 'daily@people.example', password: 'password' }, { email: 'no address' }];
  for (let turn = 0; turn < LIMITS.registerDaily.points + 10; turn += 1) {
    if (turn % 10 === 0) await clinic.resetCounters('register');
    const body = bodies[turn % bodies.length];
    expect(await send('/api/auth/register', { method: 'POST', body, from })).toBe(400);
  }
  await clinic.resetCounters('register');
  const body = { email: 'valid@people.example', password: 'a quiet river bend' };
  expect(await send('/api/auth/register', { method: 'POST', body, from })).toBe(201);
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

test('the front desk has limits of its own for bookings, and none for its address', async () => {
  const desk = await clinic.staff();
  const from = nextAddress();
  const statuses: number[] = [];
  for (let turn = 0; turn <= LIMITS.deskBooking.points; turn += 1)
    statuses.push(await send('/api/bookings', { method: 'POST', body: {}, token: desk.token, from }));
  expect(statuses.indexOf(429)).toBe(LIMITS.deskBooking.points);
  expect(LIMITS.deskBooking.points).toBeGreaterThan(LIMITS.booking.points);
  const colleague = await clinic.staff();
  expect(await send('/api/bookings', { method: 'POST', body: {}, token: colleague.token, from })).toBe(400);
});
