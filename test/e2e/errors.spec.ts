import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Clinic, type DoctorPerson, type Person } from '../support/clinic.js';
import { databaseState } from '../support/database-state.js';
import { expectProblem, invalidFields } from '../support/problems.js';
import { sendRaw, sendVerbatim } from '../support/verbatim-http.js';

let clinic: Clinic;
let patient: Person;
let doctor: DoctorPerson;
let before: Record<string, string>;

beforeAll(async () => {
  clinic = await Clinic.open();
  patient = await clinic.patient();
  doctor = await clinic.doctor();
  before = await databaseState(clinic);
});

afterEach(async () => {
  expect(await databaseState(clinic), 'nothing is stored').toEqual(before);
});

afterAll(() => clinic?.close());

const asPatient = () => ({ token: patient.token });

describe('Errors are RFC 9457 problems: type, title, status, detail, error (as detail), code', () => {
  test('400 for bad input, with a field and a message for each error', async () => {
    const answer = await clinic.client.post('/api/auth/register', { email: 'x', password: 'long enough' });
    const problem = expectProblem(answer, { status: 400, code: 'VALIDATION_FAILED' });
    expect(problem.errors).toEqual([{ field: 'email', message: 'email must be an email address' }]);
  });
  test('400 for a violated rule', async () => {
    const appointment = { doctor_id: doctor.doctorId, date: '2026-03-01', time: '03:00' };
    expectProblem(await clinic.client.post('/api/bookings', appointment, asPatient()), { status: 400 });
  });
  test('401, 403 and 404', async () => {
    const { client } = clinic;
    expectProblem(await client.get('/api/bookings/me'), { status: 401, code: 'TOKEN_REQUIRED' });
    expectProblem(await client.get('/api/doctors', asPatient()), { status: 403, code: 'FORBIDDEN' });
    expectProblem(await client.get('/api/nowhere'), { status: 404, code: 'NOT_FOUND' });
  });
  test('errors names all invalid fields at once', async () => {
    const body = { doctor_id: 'one', date: '2027-02-31', time: '25:99', duration: 0, colour: 'red' };
    const answer = await clinic.client.post('/api/bookings', body, asPatient());
    const problem = expectProblem(answer, { status: 400 });
    expect(invalidFields(problem)).toEqual(['colour', 'date', 'doctor_id', 'duration', 'time']);
  });
});

test('an internal error: 500 without internals', async () => {
  await clinic.query('RENAME TABLE doctors TO doctors_away');
  const answer = await clinic.client.get('/api/doctors/public');
  await clinic.query('RENAME TABLE doctors_away TO doctors');
  const problem = expectProblem(answer, { status: 500, code: 'INTERNAL_ERROR' });
  expect(JSON.stringify(problem)).not.toMatch(/doctors_away|doesn't exist|Error:|stack|\.js/);
  expect(Object.keys(problem).sort()).toEqual([
    'code',
    'detail',
    'error',
    'request_id',
    'status',
    'title',
    'type',
  ]);
});

describe('An unknown path: 404', () => {
  test.each([
    '/',
    '/api',
    '/api/',
    '/api/nowhere',
    '/api/bookings/me/',
    '/API/bookings/me',
    '/api//bookings/me',
  ])('%s', async (path) => {
    expectProblem(await sendVerbatim(clinic.client.baseUrl, path), { status: 404, code: 'NOT_FOUND' });
  });
});

test('a wrong method: 404 or 405, on every path', async () => {
  const { body } = await clinic.client.get<{ paths: Record<string, object> }>('/api/docs-json');
  expect(Object.keys(body.paths).length).toBeGreaterThan(15);
  for (const [path, operations] of Object.entries(body.paths)) {
    const wrong = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND'].filter(
      (method) => !(method.toLowerCase() in operations) && !matchesAnIdRoute(path, method),
    );
    for (const method of wrong) {
      const { baseUrl } = clinic.client;
      const answer = await sendVerbatim(baseUrl, path.replaceAll(/\{\w+\}/g, '1'), { method });
      expect([404, 405], `${method} ${path}`).toContain(answer.status);
      expectProblem(answer, { status: answer.status });
    }
  }
});

// The last word of a path can be an id for another method: PATCH /api/bookings/me has the id "me".
function matchesAnIdRoute(path: string, method: string): boolean {
  return (
    /^\/api\/(bookings|availability|doctors|exceptions|patients)\/[\w{}-]+$/.test(path) &&
    /GET|PATCH|DELETE/.test(method)
  );
}

test('a method that HTTP does not know: 405', async () => {
  const answer = await sendRaw(clinic.client.baseUrl, 'BOOK /api/bookings HTTP/1.1\r\nHost: x\r\n\r\n');
  expectProblem(answer, { status: 405, code: 'METHOD_NOT_ALLOWED' });
});

describe('A body over the limit: 413', () => {
  const sized = (bytes: number) => JSON.stringify({ email: 'a@b.example', password: '' }).padEnd(bytes, ' ');

  test('64 KiB are within the limit', async () => {
    const answer = await clinic.client.post('/api/auth/register', sized(64 * 1024));
    expectProblem(answer, { status: 400, code: 'VALIDATION_FAILED' });
  });
  test('one byte more is not', async () => {
    const answer = await clinic.client.post('/api/auth/register', sized(64 * 1024 + 1));
    expectProblem(answer, { status: 413, code: 'BODY_TOO_LARGE' });
  });
  test('nor is a chunked body without a Content-Length', async () => {
    const answer = await sendVerbatim(clinic.client.baseUrl, '/api/auth/register', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      chunks: [sized(40_000), sized(40_000)],
    });
    expectProblem(answer, { status: 413 });
  });
  test('200 kB in one field are not', async () => {
    const long = 'x'.repeat(200_000);
    for (const [path, body] of [
      ['/api/auth/register', { email: 'new@people.example', password: long }],
      ['/api/auth/login', { email: long, password: 'x' }],
      ['/api/bookings', { doctor_id: doctor.doctorId, date: long, time: '10:00' }],
    ] as const) {
      expectProblem(await clinic.client.post(path, body, asPatient()), { status: 413 });
    }
  });
});

describe('Not JSON: 415 or 400', () => {
  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/xml',
    'application/json; charset=utf-16',
    'application/json;charset="ISO-8859-1"',
    '///',
    '',
  ])('content type "%s": 415', async (type) => {
    const body = '{"email":"a@b.example","password":"long enough"}';
    const answer = await clinic.client.send('POST', '/api/auth/register', {
      body,
      headers: { 'content-type': type },
    });
    expectProblem(answer, { status: 415, code: 'NOT_JSON' });
  });
  test.each(['charset=utf-8', 'charset="UTF-8"', 'charset=utf8', 'charset=US-ASCII', 'profile=x'])(
    'JSON with the parameter %s is accepted',
    async (parameter) => {
      const answer = await clinic.client.send('POST', '/api/auth/login', {
        body: '{"email":"a@b.example","password":"long enough"}',
        headers: { 'content-type': `application/json; ${parameter}` },
      });
      expectProblem(answer, { status: 400, code: 'INVALID_CREDENTIALS' });
    },
  );
  test.each([
    '{"email":',
    '{email:"a@b.example"}',
    "{'a':1}",
    'email=a',
    '{}{}',
    '\0',
    '{"a":"\0"}',
    '"',
    'NaN',
  ])('broken JSON: 400: %j', async (body) => {
    const answer = await clinic.client.post('/api/auth/login', body);
    expectProblem(answer, { status: 400, code: 'MALFORMED_REQUEST' });
  });
  test.each([
    '[]',
    '[{"email":"a@b.example","password":"long enough"}]',
    'null',
    '"text"',
    '7',
    'true',
    'false',
  ])('JSON that is not an object: 400: %s', async (body) => {
    const answer = await clinic.client.post('/api/auth/register', body);
    expectProblem(answer, { status: 400, detail: 'The body of the request must be a JSON object.' });
  });
  test('an empty body: 400 with every missing field', async () => {
    const answer = await clinic.client.post('/api/auth/register', '');
    expect(invalidFields(expectProblem(answer, { status: 400 }))).toEqual(['email', 'password']);
  });
  test('a truncated body: 400', async () => {
    const head =
      'POST /api/auth/login HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n';
    const answer = await sendRaw(
      clinic.client.baseUrl,
      `${head}Content-Length: 5\r\n\r\n{"a":1}GARBAGE\r\n\r\n`,
    );
    expectProblem(answer, { status: 400 });
  });
  test.each([
    ['arrays', `${'['.repeat(30_000)}${']'.repeat(30_000)}`],
    ['objects', `${'{"a":'.repeat(8_000)}1${'}'.repeat(8_000)}`],
    ['arrays in a field', `{"email":${'['.repeat(30_000)}${']'.repeat(30_000)},"password":"long enough"}`],
  ])('%s nested thousands deep: 400', async (_, body) => {
    expectProblem(await clinic.client.post('/api/auth/register', body), { status: 400 });
  });
});

describe('A malformed HTTP request or URL gets a problem document too', () => {
  test.each(['/api/availability/%', '/api/availability/%zz', '/api/availability/%E0%A4%A', '/%ff'])(
    'malformed percent-encoding: 400: %s',
    async (path) => {
      expectProblem(await sendVerbatim(clinic.client.baseUrl, path), {
        status: 400,
        code: 'MALFORMED_REQUEST',
      });
    },
  );
  test('an id of 5000 characters: 414', async () => {
    const answer = await clinic.client.get(`/api/availability/${'9'.repeat(5000)}`);
    expectProblem(answer, { status: 414 });
  });
  test('40 kB of headers: 431', async () => {
    const bytes = `GET /api/doctors/public HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(40_000)}\r\n\r\n`;
    expectProblem(await sendRaw(clinic.client.baseUrl, bytes), { status: 431 });
  });
  test('no Host: 400', async () => {
    const bytes = 'GET /api/doctors/public HTTP/1.1\r\nConnection: close\r\n\r\n';
    expectProblem(await sendRaw(clinic.client.baseUrl, bytes), { status: 400, code: 'MALFORMED_REQUEST' });
  });
  test('two Hosts: 400', async () => {
    const bytes = 'GET /health/live HTTP/1.1\r\nHost: x\r\nHost: y\r\nConnection: close\r\n\r\n';
    expectProblem(await sendRaw(clinic.client.baseUrl, bytes), { status: 400, code: 'MALFORMED_REQUEST' });
  });
  test('an unknown Expect header is ignored', async () => {
    const bytes = 'GET /api/nowhere HTTP/1.1\r\nHost: x\r\nExpect: miracles\r\nConnection: close\r\n\r\n';
    expectProblem(await sendRaw(clinic.client.baseUrl, bytes), { status: 404, code: 'NOT_FOUND' });
  });
  test('a NUL byte in the URL: 400', async () => {
    const bytes = 'GET /api/doctors/\0public HTTP/1.1\r\nHost: x\r\n\r\n';
    expectProblem(await sendRaw(clinic.client.baseUrl, bytes), { status: 400 });
  });
});

describe('Each answer has an X-Request-Id', () => {
  test.each([
    '/api/doctors/public',
    '/health/live',
    '/api/docs-json',
    '/api/docs',
    '/admin/queues',
    '/api/nowhere',
  ])('%s', async (path) => {
    const first = (await clinic.client.get(path)).headers.get('x-request-id');
    expect(first).toMatch(/^[\w-]{36}$/);
    expect((await clinic.client.get(path)).headers.get('x-request-id')).not.toBe(first);
  });
  test('the X-Request-Id of the client is used only if it is a UUID', async () => {
    const given = async (id: string) =>
      (await clinic.client.get('/api/nowhere', { headers: { 'x-request-id': id } })).headers.get(
        'x-request-id',
      );
    const id = '6f1c1f0e-3b1a-4c57-9d0e-0123456789ab';
    expect(await given(id)).toBe(id);
    // Other values would put the client's text into the log and the audit trail.
    for (const text of ['visit-42', 'Ana-Ruiz-born-1980', '<script>', 'x'.repeat(36), `${id}0`])
      expect(await given(text)).toMatch(/^(?!Ana)[\da-f]{8}-[\da-f-]{27}$/);
  });
});
