import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Answer } from '../support/client.js';
import { Clinic } from '../support/clinic.js';
import { databaseState } from '../support/database-state.js';
import { expectProblem, invalidFields } from '../support/problems.js';
import { type Fixtures, createFixtures, type ValidRequest, validRequests } from '../support/requests.js';

let clinic: Clinic;
let cast: Fixtures;
let requests: ValidRequest[];
let before: Record<string, string>;

beforeAll(async () => {
  clinic = await Clinic.open();
  cast = await createFixtures(clinic);
  requests = validRequests(cast);
  before = await databaseState(clinic);
});

afterEach(async () => {
  expect(await databaseState(clinic), 'nothing is stored').toEqual(before);
});

afterAll(() => clinic?.close());

function send({ method, path, token }: ValidRequest, body: unknown): Promise<Answer<unknown>> {
  return clinic.client.send(method, path, { token, body });
}

/** Puts each of these values into each field of each valid request, and expects a 400 that names the field. */
async function expectRefused(values: readonly unknown[], applies: (valid: unknown, name: string) => boolean) {
  let sent = 0;
  for (const request of requests) {
    for (const [name, valid] of Object.entries(request.body)) {
      if (!applies(valid, name)) continue;
      const wrong = values.filter(
        (value) =>
          !(value === null && request.nullable.includes(name)) &&
          !(Array.isArray(value) && Array.isArray(valid) && value[0] !== 'x'),
      );
      const sendEach = wrong.map((value) => send(request, { ...request.body, [name]: value }));
      for (const [index, answer] of (await Promise.all(sendEach)).entries()) {
        const what = `${request.method} ${request.path} ${name} ${JSON.stringify(wrong[index])}`;
        expect(answer.status, what).toBe(400);
        expect(invalidFields(expectProblem(answer, { status: 400 })), what).toEqual([name]);
        sent += 1;
      }
    }
  }
  expect(sent).toBeGreaterThan(values.length);
}

const anyField = () => true;
const isText = (valid: unknown) => typeof valid === 'string';
const isNumber = (valid: unknown) => typeof valid === 'number';
const isDate = (_: unknown, name: string) => /(^|_)date$/.test(name);
const isTime = (_: unknown, name: string) => name === 'time' || name.endsWith('_time');

test('every route with a body is tested', async () => {
  const { body } = await clinic.client.get<{
    paths: Record<string, Record<string, { requestBody?: unknown }>>;
  }>('/api/docs-json');
  const documented = Object.entries(body.paths).flatMap(([path, operations]) =>
    Object.entries(operations)
      .filter(([, { requestBody }]) => requestBody !== undefined)
      .map(([method]) => `${method.toUpperCase()} ${path.replace(/\{\w+\}/, ':id')}`),
  );
  const tried = requests.map(({ method, path }) => `${method} ${path.replace(/\d+/, ':id')}`);
  expect(tried.sort()).toEqual(documented.sort());
});

describe('A wrong type: 400 that names the field, and nothing is stored', () => {
  test('arrays, objects and null in any field', () =>
    expectRefused([[], ['x'], [1], {}, { $ne: 1 }, { toString: 1 }, null], anyField));
  test('numbers and booleans for text', () =>
    expectRefused(
      [7, 0, -1, 1e21, true, false, '', '\0'],
      (valid, name) => isText(valid) && !name.endsWith('password'),
    ));
  test('text, booleans, fractions and out-of-range numbers for numbers', () =>
    expectRefused(['1', '1e3', '', 'x', true, 1.5, -1, 1e21, 2 ** 53, 4_294_967_296], isNumber));
  test('text and numbers for booleans', async () => {
    const [exceptions] = requests.filter(({ path }) => path === '/api/exceptions');
    for (const value of ['true', 'false', 1, 0, 'yes', '', null, []]) {
      const problem = expectProblem(await send(exceptions!, { ...exceptions!.body, is_full_day: value }), {
        status: 400,
      });
      expect(invalidFields(problem)).toEqual(['is_full_day']);
    }
  });
  test('numbers and booleans for passwords', () =>
    expectRefused([12345678, true], (_, name) => name === 'password'));
  test('a missing field', async () => {
    for (const request of requests) {
      const required = Object.keys(request.body).filter((name) => !request.optional.includes(name));
      if (required.length === 0) continue;
      const problem = expectProblem(await send(request, {}), { status: 400 });
      expect(invalidFields(problem), request.path).toEqual(required.sort());
      for (const name of required) expect(problem.detail).toContain(`${name} is required`);
    }
  });
});

describe('An unknown field: 400 that names it, and nothing is stored', () => {
  test.each([
    'colour',
    'id',
    'constructor',
    'toString',
    'hasOwnProperty',
    'valueOf',
    '__defineGetter__',
    'toChange',
    '0',
  ])('in any body: "%s"', async (name) => {
    for (const request of requests) {
      const problem = expectProblem(await send(request, { ...request.body, [name]: 'x' }), { status: 400 });
      expect(invalidFields(problem), request.path).toEqual([name]);
    }
  });
  test('__proto__ and a constructor with a prototype', async () => {
    for (const request of requests) {
      for (const extra of ['"__proto__":{"role":"admin"}', '"constructor":{"prototype":{"role":"admin"}}']) {
        const body = JSON.stringify(request.body).replace('{', `{${extra},`);
        expectProblem(await send(request, body), { status: 400 });
      }
    }
    expect(({} as Record<string, unknown>).role).toBeUndefined();
  });
  test.each(['colour=red', '__proto__=1', 'constructor=1', 'toString=1', 'doctor_id[]=1', 'a[b]=c', '%zz=1'])(
    'in a query: %s',
    async (extra) => {
      const { token } = cast.doctor;
      const slots = `/api/bookings/available-slots?doctor_id=${cast.doctor.doctorId}&date=2026-03-02`;
      for (const path of [`${slots}&`, '/api/bookings/me?', '/api/bookings/doctor?']) {
        const problem = expectProblem(await clinic.client.get(path + extra, { token }), { status: 400 });
        expect(invalidFields(problem)).toEqual([extra.split('=')[0]]);
      }
    },
  );
});

describe('An impossible date or time: 400 with an understandable text', () => {
  const IMPOSSIBLE_DATES = [
    '2027-02-31',
    '2026-02-29',
    '2026-13-01',
    '2026-00-10',
    '2026-01-00',
    '2026-3-2',
    '0000-01-01',
  ];
  const MALFORMED_DATES = [
    '02/03/2026',
    '2026-03-02T09:00',
    '2026-03-02 ',
    ' 2026-03-02',
    '20260302',
    'tomorrow',
    '２０２６-03-02',
    '99999-01-01',
    '+2026-03-02',
    '-2026-03-02',
    '2026-03-02\n',
  ];
  const IMPOSSIBLE_TIMES = [
    '25:99',
    '24:01',
    '09:60',
    '9:00',
    '09:00:00',
    '0900',
    '09.00',
    '09:00 ',
    '-1:00',
    'noon',
    '09:00Z',
    '09:00\n',
  ];

  test('dates in bodies', () => expectRefused([...IMPOSSIBLE_DATES, ...MALFORMED_DATES], isDate));
  test('times in bodies', () => expectRefused(IMPOSSIBLE_TIMES, isTime));
  test('24:00 as a start time', () =>
    expectRefused(['24:00'], (valid, name) => isTime(valid, name) && name !== 'end_time'));
  test('00:00 as an end time', () => expectRefused(['00:00'], (_, name) => name === 'end_time'));
  test('dates in queries', async () => {
    const { token, doctorId } = cast.doctor;
    for (const date of [...IMPOSSIBLE_DATES, ...MALFORMED_DATES, '', '\0']) {
      const text = encodeURIComponent(date);
      for (const [name, path] of [
        ['date', `/api/bookings/available-slots?doctor_id=${doctorId}&date=${text}`],
        ['from', `/api/bookings/me?from=${text}`],
        ['to', `/api/bookings/doctor?to=${text}`],
      ] as const) {
        const problem = expectProblem(await clinic.client.get(path, { token }), { status: 400 });
        expect(problem.detail).toBe(`${name} must be a date of the calendar, written YYYY-MM-DD`);
      }
    }
  });
});

describe('A non-integer id: 400 with a text', () => {
  const IDS = [
    'abc',
    '1.5',
    '1.0',
    '1e3',
    '-1',
    '+1',
    '0',
    '0x1',
    '%20',
    '1%20',
    '1%00',
    '1%2F2',
    "1'",
    '1;2',
    '4294967296',
    '99999999999999999999',
    'true',
    'null',
    'NaN',
    '__proto__',
    '１',
  ];

  test('in a path', async () => {
    const { admin, doctor, patient } = cast;
    for (const id of IDS) {
      for (const [method, path, { token }, body] of [
        ['GET', '/api/availability/', patient, undefined],
        ['DELETE', '/api/availability/', doctor, undefined],
        ['DELETE', '/api/exceptions/', doctor, undefined],
        ['DELETE', '/api/bookings/', patient, undefined],
        ['PATCH', '/api/bookings/', patient, { time: '10:00' }],
        ['PATCH', '/api/users/', admin, { role: 'user' }],
        ['POST', '/api/notifications/', admin, undefined],
      ] as const) {
        const full = `${path}${id}${method === 'POST' ? '/retry' : ''}`;
        const answer = await clinic.client.send(method, full, { token, body });
        expect(answer.status, `${method} ${full}`).toBe(400);
        expect(expectProblem(answer, { status: 400 }).detail).toMatch(
          /id must be a whole number of at least 1$/,
        );
      }
    }
  });
  test('in a query', async () => {
    for (const id of [...IDS, '', '1&doctor_id=2']) {
      const path = `/api/bookings/available-slots?date=2026-03-02&doctor_id=${id}`;
      const problem = expectProblem(await clinic.client.get(path, { token: cast.patient.token }), {
        status: 400,
      });
      expect(invalidFields(problem)).toEqual(['doctor_id']);
    }
  });
  test('a number in a query that is malformed, out of range or given twice', async () => {
    for (const extra of [
      'duration=',
      'duration=0',
      'duration=481',
      'duration=30.5',
      'duration=1e2',
      'duration=30&duration=45',
    ]) {
      const path = `/api/bookings/available-slots?doctor_id=${cast.doctor.doctorId}&date=2026-03-02&${extra}`;
      const problem = expectProblem(await clinic.client.get(path, { token: cast.patient.token }), {
        status: 400,
      });
      expect(problem.detail).toBe('duration must be a whole number of minutes from 1 to 480');
    }
  });
});

describe('Line breaks, control characters and HTML: 400, and nothing is stored', () => {
  const LINES = [
    'Dr. X\r\nBcc: all@people.example',
    'Dr. X\nY',
    'Dr. \0X',
    '<b>Dr. X</b>',
    '<script>alert(1)</script>',
    'Dr. X\u2028Y',
    'Dr. \u202eX',
    '\ud800',
    '   ',
    'x'.repeat(121),
    'x'.repeat(60_000),
    '\u3164',
    '\ufe0f',
    '\u2800 \u2800',
    '\u200d\u200c',
    'e\u0301'.repeat(121),
  ];
  const ADDRESSES = [
    'a@b.example\r\nBcc: c@d.example',
    'a@b.example\n',
    '\0@b.example',
    'a b@c.example',
    '<a@b.example>',
    'A <a@b.example>',
    'a@b.example, c@d.example',
    'a@b',
    '@b.example',
    'a@',
    'a',
    `${'a'.repeat(250)}@b.example`,
    `a@${'b'.repeat(64)}.example`,
    `${'a'.repeat(64)}@${'İ'.repeat(60)}.${'İ'.repeat(60)}.example`,
  ];

  test('in names', () => expectRefused(LINES, (_, name) => name === 'name' || name === 'specialty'));
  test('in email addresses', () => expectRefused(ADDRESSES, (_, name) => name === 'email'));
  test('in an enum or a time zone', () =>
    expectRefused(
      ['en\r\n', '<b>', 'EN', 'root', '+02:00', 'Mars/Olympus', 'PST', 'Etc/GMT+5', 'x'.repeat(60_000)],
      (_, name) => ['locale', 'role', 'timezone'].includes(name),
    ));
});
