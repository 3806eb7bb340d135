import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { linkTokenOf } from '../../src/auth/accounts/link-token.js';
import { LIMITS } from '../../src/http/rate-limits/limits.js';
import { type PersonWithSecondFactor, withSecondFactor, wrongDigitsOf } from '../support/authenticator.js';
import { Clinic } from '../support/clinic.js';
import { nextAddress, type RequestFrom, sendFrom } from '../support/network-addresses.js';

// Somebody with the password guesses the digits of a second factor (RFC 6238, 5.2).

let clinic: Clinic;

beforeAll(async () => {
  clinic = await Clinic.open({ env: { RATE_LIMIT_ENABLED: 'true' } });
});

afterAll(() => clinic?.close());

const send = (path: string, request: RequestFrom) => sendFrom(clinic, path, request);
const personWithFactor = async () => withSecondFactor(clinic, await clinic.patient());

function logIn(person: PersonWithSecondFactor, code: string, from = nextAddress()): Promise<number> {
  const { email, password } = person;
  return send('/api/auth/login', { method: 'POST', body: { email, password, code }, from });
}

/** Sends wrong digits, each from another address, and returns how many were checked. */
async function guess(person: PersonWithSecondFactor, times: number): Promise<number> {
  let checked = 0;
  for (let turn = 0; turn < times; turn += 1)
    if ((await logIn(person, wrongDigitsOf(clinic, person.secret))) === 400) checked += 1;
  return checked;
}

async function changePassword(
  person: PersonWithSecondFactor,
  password: string,
  key?: string,
): Promise<PersonWithSecondFactor> {
  const { status, body } = await clinic.client.post<{ token: string }>(
    '/api/auth/password',
    { old_password: person.password, new_password: password },
    { token: person.token, ...(key !== undefined && { headers: { 'idempotency-key': key } }) },
  );
  expect(status).toBe(200);
  return { ...person, password, token: body.token };
}

async function resetPassword(
  person: PersonWithSecondFactor,
  password: string,
): Promise<PersonWithSecondFactor> {
  clinic.clock.advance({ hours: 12 });
  const { email, id } = person;
  expect(await send('/api/auth/password/forgot', { method: 'POST', body: { email } })).toBe(200);
  const [link] = await clinic.query<{ uid: string }>(
    "SELECT uid FROM account_links WHERE account_id = ? AND kind = 'password_reset' ORDER BY id DESC LIMIT 1",
    [id],
  );
  const token = linkTokenOf(link!.uid, 'password_reset', clinic.environment.JWT_SECRET);
  const body = { token, new_password: password };
  expect(await send('/api/auth/password/reset', { method: 'POST', body })).toBe(200);
  return { ...person, password };
}

describe('wrong digits are limited', () => {
  test('to ten in fifteen minutes and twenty in a day', async () => {
    const person = await personWithFactor();
    expect(await guess(person, 12)).toBe(LIMITS.secondFactor.points);
    let checked: number = LIMITS.secondFactor.points;
    for (let quarter = 0; quarter < 3; quarter += 1) {
      await clinic.resetCounters('secondFactor');
      checked += await guess(person, 12);
    }
    expect(checked).toBe(LIMITS.secondFactorDaily.points);
  });

  test('even if a password change is replayed', async () => {
    const person = await personWithFactor();
    const password = 'a new and much longer password';
    const changed = await changePassword(person, password, 'once');
    expect(await guess(changed, 10)).toBe(10);
    const { status, headers } = await clinic.client.post(
      '/api/auth/password',
      { old_password: person.password, new_password: password },
      { token: changed.token, headers: { 'idempotency-key': 'once' } },
    );
    expect([status, headers.get('idempotency-replayed')]).toEqual([200, 'true']);
    expect(await guess(changed, 3)).toBe(0);
  });

  test('however often the password is changed', async () => {
    let person = await personWithFactor();
    let checked = 0;
    for (let turn = 0; turn < 5; turn += 1) {
      checked += await guess(person, 9);
      person = await changePassword(person, `the password of turn ${turn}`);
    }
    expect(checked).toBe(LIMITS.secondFactorAccount.points);
  });

  test('however often the password is reset', async () => {
    let person = await personWithFactor();
    let checked = 0;
    for (let turn = 0; turn < 4; turn += 1) {
      checked += await guess(person, 11);
      person = await resetPassword(person, `the password of turn ${turn}`);
    }
    expect(checked).toBe(LIMITS.secondFactorAccount.points);
  });

  test('in parallel requests too', async () => {
    const person = await personWithFactor();
    const code = wrongDigitsOf(clinic, person.secret);
    const statuses = await Promise.all(Array.from({ length: 15 }, () => logIn(person, code)));
    expect(statuses.filter((status) => status === 400)).toHaveLength(LIMITS.secondFactor.points);
  });
});

describe('somebody who guesses does not keep out the owner', () => {
  /** Uses up all attempts with the present password. */
  async function exhaust(person: PersonWithSecondFactor): Promise<void> {
    await guess(person, 10);
    await clinic.resetCounters('secondFactor');
    await guess(person, 10);
    await clinic.resetCounters('secondFactor');
    expect(await logIn(person, person.digits())).toBe(429);
  }

  test('at an address where the right digits were sent before', async () => {
    const [person, home] = [await personWithFactor(), nextAddress()];
    expect(await logIn(person, person.digits(), home)).toBe(200);
    clinic.clock.advance({ seconds: 30 });
    await exhaust(person);
    expect(await logIn(person, person.digits(), home)).toBe(200);
  });

  test('who changes the password', async () => {
    const person = await personWithFactor();
    await exhaust(person);
    const changed = await changePassword(person, 'a new and much longer password');
    expect(await logIn(changed, person.digits())).toBe(200);
  });

  test('who resets the password', async () => {
    const person = await personWithFactor();
    await exhaust(person);
    const reset = await resetPassword(person, 'a new and much longer password');
    expect(await logIn(reset, person.digits())).toBe(200);
  });

  test('and right digits use up no attempts', async () => {
    const person = await personWithFactor();
    for (let turn = 0; turn <= LIMITS.secondFactorDaily.points; turn += 1) {
      expect(await logIn(person, person.digits())).toBe(200);
      clinic.clock.advance({ seconds: 30 });
    }
  });

  test('but an address where the right digits were sent has limits too', async () => {
    const [person, home] = [await personWithFactor(), nextAddress()];
    expect(await logIn(person, person.digits(), home)).toBe(200);
    const code = wrongDigitsOf(clinic, person.secret);
    const statuses: number[] = [];
    for (let turn = 0; turn < 24; turn += 1) {
      if (turn % 8 === 0) {
        await clinic.resetCounters('login');
        await clinic.resetCounters('secondFactor');
      }
      statuses.push(await logIn(person, code, home));
    }
    expect(statuses.filter((status) => status === 400)).toHaveLength(LIMITS.secondFactorDaily.points);
  });
});
