import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Clinic, type Person } from '../support/clinic.js';
import { expectProblem } from '../support/problems.js';

// Text in any script is stored as it was meant. Ambiguous input is refused.

let clinic: Clinic;
let admin: Person;

beforeAll(async () => {
  clinic = await Clinic.open();
  admin = await clinic.admin();
});

afterAll(() => clinic?.close());

async function sendBytes(path: string, bytes: Buffer): Promise<{ status: number; body: unknown }> {
  const response = await fetch(clinic.client.baseUrl + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${admin.token}` },
    body: new Uint8Array(bytes),
  });
  return { status: response.status, body: await response.json() };
}

describe('a body that is not UTF-8', () => {
  test('cannot log in with any wrong byte', async () => {
    const account = { email: 'spanish@people.example', password: 'mi contraseña larga' };
    expect((await clinic.client.post('/api/auth/register', account)).status).toBe(201);
    for (const wrong of ['ñ', 'ð', 'ò']) {
      const text = JSON.stringify({ ...account, password: account.password.replace('ñ', wrong) });
      const { status, body } = await sendBytes('/api/auth/login', Buffer.from(text, 'latin1'));
      expect([status, (body as { code: string }).code]).toEqual([400, 'MALFORMED_REQUEST']);
    }
  });

  test('cannot register a password with undecodable bytes', async () => {
    const text = JSON.stringify({ email: 'latin@people.example', password: 'otra contraseña' });
    expect((await sendBytes('/api/auth/register', Buffer.from(text, 'latin1'))).status).toBe(400);
    const rows = await clinic.query("SELECT id FROM accounts WHERE email = 'latin@people.example'");
    expect(rows).toEqual([]);
  });
});

test('a body that names a field twice is refused', async () => {
  const text = '{"email":"a@people.example","email":"b@people.example","password":"long enough for anybody"}';
  const answer = await clinic.client.post('/api/auth/register', text, {
    headers: { 'content-type': 'application/json' },
  });
  expectProblem(answer, { status: 400, code: 'MALFORMED_REQUEST' });
});

test.each([
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'application/json',
])('an empty body of type %s counts as no body', async (type) => {
  const { status } = await clinic.client.send('DELETE', '/api/bookings/1', {
    token: admin.token,
    headers: { 'content-type': type },
    body: '',
  });
  expect(status).toBe(400);
  const { body } = await clinic.client.post('/api/auth/logout-everywhere', '', {
    token: (await clinic.patient()).token,
    headers: { 'content-type': type },
  });
  expect(body.code).toBeUndefined();
  const changed = await clinic.client.patch('/api/auth/me', '', {
    token: admin.token,
    headers: { 'content-type': type },
  });
  expectProblem(changed, { status: 400, code: 'VALIDATION_FAILED' });
});

describe('a name', () => {
  const create = async (name: string): Promise<{ status: number; body: { name?: string } }> => {
    const { id } = await clinic.person('doctor');
    return clinic.client.post(
      '/api/doctors',
      { name, specialty: 'Cardiology', email: 'contact@clinic.example', user_id: id },
      { token: admin.token },
    );
  };

  test.each([
    ['Persian, with a zero-width non-joiner', 'علی\u200cرضا'],
    ['Sinhala, with a zero-width joiner', 'ශ්\u200dරී'],
    ['Hindi', 'क्\u200dषितिज'],
    ['with an emoji of a profession', 'Dr. 👩🏽\u200d⚕️'],
    ['with an apostrophe', 'Siobhán O’Brien'],
    ['Vietnamese', 'Nguyễn Thị Ánh'],
    ['Chinese', '王'],
    ['Arabic with marks', 'مُحَمَّد'],
    ['with a rare character', '𠮷田'],
  ])('can be %s', async (_, name) => {
    const { status, body } = await create(name);
    expect([status, body.name]).toEqual([201, name]);
  });

  test('is stored in composed form (NFC)', async () => {
    const { body } = await create('Jose\u0301 Mun\u0303oz');
    expect(body.name).toBe('José Muñoz');
  });

  test('is measured in composed characters', async () => {
    expect((await create('n\u0303'.repeat(120))).status).toBe(201);
  });

  test.each([
    ['a Hangul filler', '\u3164'],
    ['a variation selector', '\ufe0f'],
    ['joiners', '\u200d\u200c'],
    ['Braille blanks', '\u2800\u2800'],
    ['a soft hyphen', '\u00ad'],
    ['a lone mark', '\u0301'],
    ['a mark that changes the direction', 'Dr. \u202eX'],
    ['a tag', 'Dr. X\u{e0041}'],
  ])('cannot be %s', async (_, name) => {
    expect((await create(name)).status).toBe(400);
  });
});

describe('a doctor’s time zone', () => {
  const create = async (timezone: string) => {
    const { id } = await clinic.person('doctor');
    return clinic.client.post(
      '/api/doctors',
      { name: 'Dr. X', specialty: 'Cardiology', email: 'contact@clinic.example', user_id: id, timezone },
      { token: admin.token },
    );
  };

  test.each(['PST', 'EST5EDT', 'Etc/GMT+5', 'GMT', '+05:00'])('cannot be %s', async (timezone) => {
    const problem = expectProblem(await create(timezone), { status: 400 });
    expect(problem.detail).toBe(
      'timezone must be the IANA time zone of a place, such as America/Santiago, or UTC',
    );
  });

  test.each([
    ['america/new_york', 'America/New_York'],
    ['Asia/Calcutta', 'Asia/Kolkata'],
  ])('cannot be %s, and the answer suggests the right zone', async (timezone, meant) => {
    expect(expectProblem(await create(timezone), { status: 400 }).detail).toContain(`did you mean ${meant}?`);
  });
});
