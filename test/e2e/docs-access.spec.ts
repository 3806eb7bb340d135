import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Clinic, type Person } from '../support/clinic.js';
import { expectProblem } from '../support/problems.js';
import { sendVerbatim } from '../support/verbatim-http.js';
import { withSettings } from '../support/with-settings.js';

const PATHS = ['/api/docs', '/api/docs/', '/api/docs-json', '/api/docs/swagger-ui.css'];

let clinic: Clinic;
let admin: Person;
let patient: Person;

beforeAll(async () => {
  clinic = await Clinic.open();
  admin = await clinic.admin();
  patient = await clinic.patient();
});

afterAll(() => clinic?.close());

const basic = ({ email, password }: Person) => ({
  authorization: `Basic ${Buffer.from(`${email}:${password}`).toString('base64')}`,
});

async function withApiDocs(API_DOCS: 'admin' | 'off', work: (app: Clinic) => Promise<void>): Promise<void> {
  const app = await Clinic.over(withSettings(clinic.environment, { API_DOCS }), clinic.clock);
  await work(app);
  await app.app.close();
}

test('by default everybody can read the documentation', async () => {
  for (const path of PATHS) expect((await clinic.client.get(path)).status, path).toBe(200);
});

test('the document is the same when it is read again, and has other dates a month later', async () => {
  for (const path of ['/api/docs-json', '/api/docs/swagger-ui-init.js']) {
    const [first, again] = [await clinic.client.get(path), await clinic.client.get(path)];
    expect(again.body, path).toEqual(first.body);
    expect(again.headers.get('content-type'), path).toBe(first.headers.get('content-type'));
    clinic.clock.advance({ days: 31 });
    const later = await clinic.client.get(path);
    expect(later.status, path).toBe(200);
    expect(later.body, path).not.toEqual(first.body);
  }
});

describe('API_DOCS=admin', () => {
  test('only an admin can read it, however its path is spelled; the API itself stays open', async () => {
    await withApiDocs('admin', async ({ client }) => {
      for (const path of PATHS) {
        expectProblem(await client.get(path), { status: 401, code: 'ADMIN_REQUIRED' });
        expectProblem(await client.get(path, { headers: basic(patient) }), { status: 401 });
        expect((await client.get(path, { headers: basic(admin) })).status, path).toBe(200);
      }
      for (const path of [
        '//api/docs',
        '/API/docs',
        '/api/%64ocs',
        '/api/./docs',
        '/api/docs%2f',
        '/api/docs-json/',
      ]) {
        expect((await sendVerbatim(client.baseUrl, path)).status, path).not.toBe(200);
      }
      expect((await client.get('/api/doctors/public')).status).toBe(200);
    });
  });
});

test('API_DOCS=off: nobody can read it', async () => {
  await withApiDocs('off', async ({ client }) => {
    for (const path of PATHS) {
      expect((await client.get(path, { headers: basic(admin) })).status, path).toBe(404);
    }
  });
});

test('no answer may be cached, not even the documentation', async () => {
  const headerOf = async (path: string, token?: string) =>
    (await clinic.client.get(path, { token })).headers.get('cache-control');
  for (const path of [
    '/api/auth/me',
    '/api/bookings/me',
    '/api/unknown',
    '/health/live',
    '/api/doctors/public',
    ...PATHS,
  ])
    expect(await headerOf(path, patient.token), path).toBe('no-store');
  expect(await headerOf('/admin/queues')).toBe('no-store');
});
