import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { NotificationQueue } from '../../src/notifications/notification-queue.js';
import type { Answer } from '../support/client.js';
import { Clinic, type Person } from '../support/clinic.js';
import { expectProblem } from '../support/problems.js';
import { sendVerbatim } from '../support/verbatim-http.js';
import { withSettings } from '../support/with-settings.js';

let clinic: Clinic;
let admin: Person;
let patient: Person;
let doctor: Person;
let scripts: string[];

beforeAll(async () => {
  clinic = await Clinic.open();
  admin = await clinic.admin();
  patient = await clinic.patient();
  doctor = await clinic.doctor();
  const page = await visit('/admin/queues/', basic(admin));
  scripts = [...String(page.body).matchAll(/(?:src|href)="([^"]+\.(?:js|css))"/g)].map(
    ([, path]) => new URL(path!, `${clinic.client.baseUrl}/admin/queues/`).pathname,
  );
});

afterAll(() => clinic?.close());

const basic = ({ email, password }: { email: string; password: string }) =>
  `Basic ${Buffer.from(`${email}:${password}`).toString('base64')}`;

function visit(path: string, authorization?: string, method = 'GET', to = clinic): Promise<Answer<unknown>> {
  return sendVerbatim(to.client.baseUrl, path, {
    method,
    headers: authorization === undefined ? {} : { authorization },
  });
}

function expectUnauthorized(answer: Answer<unknown>): void {
  expectProblem(answer, { status: 401, code: 'ADMIN_REQUIRED' });
  expect(answer.headers.get('www-authenticate')).toMatch(/^Basic realm="/);
}

/** The page, each of its static files, and its API. */
const allPaths = () => ['/admin/queues', '/admin/queues/', ...scripts, '/admin/queues/api/queues'];

test('an admin with the account’s email and password: 200 on the page, its static files and its API', async () => {
  expect(scripts.length).toBeGreaterThan(1);
  for (const path of allPaths()) expect((await visit(path, basic(admin))).status, path).toBe(200);
  const { body } = await visit('/admin/queues/api/queues', basic(admin));
  expect((body as { queues: { name: string }[] }).queues).toHaveLength(1);
  const upper = basic({ ...admin, email: admin.email.toUpperCase() });
  expect((await visit('/admin/queues', upper)).status).toBe(200);
});

describe('everyone else gets 401 on the page, its static files and its API', () => {
  const people: Record<string, () => string | undefined> = {
    nobody: () => undefined,
    'a wrong password': () => basic({ ...admin, password: 'a wrong guess' }),
    'an empty password': () => basic({ ...admin, password: '' }),
    'an unknown email': () => basic({ email: 'nobody@people.example', password: admin.password }),
    'a patient': () => basic(patient),
    'a doctor': () => basic(doctor),
    "an admin's token": () => `Bearer ${admin.token}`,
    'a token in place of a password, without a second factor': () =>
      basic({ ...admin, password: admin.token }),
    'no colon': () => `Basic ${Buffer.from(admin.email).toString('base64')}`,
    'no base64': () => 'Basic ***',
    'nothing after the scheme': () => 'Basic',
    'a NUL between email and password': () =>
      `Basic ${Buffer.from(`${admin.email}\0${admin.password}`).toString('base64')}`,
  };
  test('bytes that are not UTF-8', async () => {
    const owner = await clinic.admin();
    const password = 'muchas letras \ufffd o';
    const changed = { old_password: owner.password, new_password: password };
    await clinic.client.post('/api/auth/password', changed, { token: owner.token });
    expect((await visit('/admin/queues', basic({ ...owner, password }))).status).toBe(200);
    for (const byte of [0xf1, 0xff, 0xc3]) {
      const typed = Buffer.concat([
        Buffer.from(`${owner.email}:muchas letras `),
        Buffer.from([byte]),
        Buffer.from(' o'),
      ]);
      expectUnauthorized(await visit('/admin/queues', `Basic ${typed.toString('base64')}`));
    }
  });
  test('credentials longer than any email and password', async () => {
    expectUnauthorized(await visit('/admin/queues', basic({ ...admin, password: 'x'.repeat(9_000) })));
  });
  test.each(Object.keys(people))('%s', async (kind) => {
    for (const path of allPaths()) expectUnauthorized(await visit(path, people[kind]!()));
  });
  test('other credentials after an admin was let in', async () => {
    expect((await visit('/admin/queues', basic(admin))).status).toBe(200);
    expectUnauthorized(await visit('/admin/queues'));
    expectUnauthorized(await visit('/admin/queues', basic({ ...admin, password: `${admin.password}x` })));
  });
  test.each<[string, object]>([
    ['disabled', { disabled: true }],
    ['made a patient', { role: 'user' }],
  ])('an admin who was let in and has been %s since', async (_, change) => {
    const former = await clinic.admin();
    expect((await visit('/admin/queues', basic(former))).status).toBe(200);
    await clinic.client.patch(`/api/users/${former.id}`, change, { token: admin.token });
    expectUnauthorized(await visit('/admin/queues', basic(former)));
  });
  test('with any method: only an admin can pause the queue', async () => {
    const { queue } = clinic.app.get(NotificationQueue);
    for (const method of ['PUT', 'POST', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS']) {
      const answer = await visit(`/admin/queues/api/queues/${queue.name}/pause`, undefined, method);
      expect([401, 404], method).toContain(answer.status);
    }
    expectUnauthorized(await visit(`/admin/queues/api/queues/${queue.name}/pause`, undefined, 'PUT'));
    expect(await queue.isPaused()).toBe(false);
    expect((await visit(`/admin/queues/api/queues/${queue.name}/pause`, basic(admin), 'PUT')).status).toBe(
      200,
    );
    expect(await queue.isPaused()).toBe(true);
    await queue.resume();
  });
});

describe('however the path is spelled', () => {
  const spellings = [
    '/%61dmin/queues',
    '/admin/%71ueues/',
    '/%61%64%6d%69%6e/%71%75%65%75%65%73/api/queues',
    '//admin/queues',
    '/admin//queues',
    '/admin/queues//',
    '/admin/queues//api/queues',
    '/admin/queues;x=1',
    '/admin;x/queues/api/queues',
    '/admin/queues/api/queues;x',
    '/ADMIN/queues',
    '/admin/Queues/api/queues',
    '/admin/queues/API/queues',
    '/admin/queues/api/queues/',
    '/admin/queues/../queues/api/queues',
    '/api/../admin/queues',
    '/health/live/../../admin/queues/api/queues',
    '/admin/./queues',
    '/admin/queues/%2e%2e/queues/api/queues',
    '/admin%2fqueues',
    '/admin%2Fqueues%2Fapi%2Fqueues',
    '/admin/queues%2f',
    '/admin/queues%2fapi%2fqueues',
    '/admin\\queues',
    '/admin/queues?token=x',
    '/admin/queues?',
    '/admin/queues#x',
    '/%2561dmin/queues',
    '/admin/queues%00',
    '/admin/queues/api/queues%20',
    '/api/admin/queues',
    'http://localhost/admin/queues/api/queues',
    '/admin/queues/static/../api/queues',
    '/admin/queues/static/%2e%2e/%2e%2e/package.json',
    '/admin/queues/anything/below',
  ];
  test.each(spellings)('%s', async (path) => {
    const answer = await visit(path);
    expect([400, 401, 404]).toContain(answer.status);
    expectProblem(answer, { status: answer.status });
    // If a spelling leads an admin to something, everyone else must get 401.
    if ((await visit(path, basic(admin))).status < 400) expectUnauthorized(answer);
  });
  test('every spelling that leads to the page requires credentials', async () => {
    for (const path of ['/%61dmin/queues', '/admin/%71ueues/', '/admin/queues?token=x'])
      expectUnauthorized(await visit(path));
  });
});

test('not even an admin can read files of the server', async () => {
  for (const path of [
    '..%2f..%2f..%2fpackage.json',
    '%2e%2e/%2e%2e/package.json',
    '../../../package.json',
    '..%5c..%5cpackage.json',
  ]) {
    const answer = await visit(`/admin/queues/static/${path}`, basic(admin));
    expect(answer.status, path).not.toBe(500);
    expect(JSON.stringify(answer.body)).not.toContain('devDependencies');
  }
});

describe('a change of role or password takes effect at once', () => {
  test('a demoted admin is locked out', async () => {
    const demoted = await clinic.admin();
    expect((await visit('/admin/queues/api/queues', basic(demoted))).status).toBe(200);
    await clinic.client.patch(`/api/users/${demoted.id}`, { role: 'user' }, { token: admin.token });
    for (const path of allPaths()) expectUnauthorized(await visit(path, basic(demoted)));
  });
  test('the old password of an admin is refused', async () => {
    const [changed, other] = [await clinic.admin(), await clinic.patient()];
    expect((await visit('/admin/queues/api/queues', basic(changed))).status).toBe(200);
    await clinic.query(
      'UPDATE accounts a JOIN accounts b ON b.id = ? SET a.password_hash = b.password_hash WHERE a.id = ?',
      [other.id, changed.id],
    );
    expectUnauthorized(await visit('/admin/queues/api/queues', basic(changed)));
    expect((await visit('/admin/queues', basic({ ...changed, password: other.password }))).status).toBe(200);
  });
  test('a new admin is let in', async () => {
    const promoted = await clinic.patient();
    expectUnauthorized(await visit('/admin/queues', basic(promoted)));
    const change = { role: 'admin', your_password: admin.password };
    await clinic.client.patch(`/api/users/${promoted.id}`, change, { token: admin.token });
    expect((await visit('/admin/queues', basic(promoted))).status).toBe(200);
  });
});

test('guessing is throttled together with log-in: 429 with Retry-After, even for the right password', async () => {
  const limited = await Clinic.over(
    withSettings(clinic.environment, { RATE_LIMIT_ENABLED: true }),
    clinic.clock,
  );
  try {
    const target = await clinic.admin();
    for (let turn = 0; turn < 10; turn += 1)
      expectUnauthorized(
        await visit('/admin/queues', basic({ ...target, password: `guess ${turn}` }), 'GET', limited),
      );
    const answer = await visit('/admin/queues/api/queues', basic(target), 'GET', limited);
    expectProblem(answer, { status: 429, code: 'TOO_MANY_REQUESTS' });
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    const { email, password } = target;
    expect((await limited.client.post('/api/auth/login', { email, password })).status).toBe(429);
  } finally {
    await limited.app.close();
  }
});

describe('errors of the dashboard', () => {
  const add = (body: object) =>
    sendVerbatim(clinic.client.baseUrl, '/admin/queues/api/queues/notifications/add', {
      method: 'POST',
      headers: {
        authorization: basic(admin),
        'content-type': 'application/json',
        'sec-fetch-site': 'same-origin',
      },
      chunks: [JSON.stringify(body)],
    });

  test('are problems, without the library’s text', async () => {
    const answer = await add({ name: 'by hand', data: {}, options: { jobId: '0' } });
    expectProblem(answer, { status: 500, code: 'INTERNAL_ERROR' });
    expect(JSON.stringify(answer.body)).not.toContain('JobId');
    expect(answer.body).toHaveProperty('request_id');
  });

  test('do not come from a job without data', async () => {
    expect((await add({})).status).toBeLessThan(300);
    expect((await visit('/admin/queues/api/queues', basic(admin))).status).toBe(200);
  });
});

test('a file that cannot exist is answered with 404', async () => {
  for (const name of ['....//x', '//etc/passwd', 'a'.repeat(300)]) {
    const answer = await visit(`/admin/queues/static/${name}`, basic(admin));
    expectProblem(answer, { status: 404, code: 'NOT_FOUND' });
  }
});
