import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Clinic, type Person } from '../support/clinic.js';
import { expectProblem, invalidFields } from '../support/problems.js';

let clinic: Clinic;
let admin: Person;

beforeAll(async () => {
  clinic = await Clinic.open({ env: { CLINIC_ADDRESS: 'Calle Mayor 1', CLINIC_PHONE: '+34 912 345 678' } });
  admin = await clinic.admin();
});

afterAll(() => clinic?.close());

interface ClinicJson {
  name: string;
  address: string | null;
  phone: string | null;
  country: string | null;
  timezone: string;
  version: number;
}

const get = () => clinic.client.get<ClinicJson>('/api/clinic');
const change = (body: object, headers: Record<string, string> = {}) =>
  clinic.client.send<ClinicJson>('PATCH', '/api/clinic', { token: admin.token, body, headers });

describe('GET /api/clinic (public), PATCH (admin): name, address, phone, country, timezone (read only)', () => {
  test('until an admin changes them, the values are those of the configuration', async () => {
    const { status, body, headers } = await get();
    expect([status, headers.get('etag')]).toEqual([200, '"1"']);
    const { CLINIC_NAME: name, CLINIC_TIMEZONE: timezone } = clinic.environment;
    const configured = { name, address: 'Calle Mayor 1', phone: '+34 912 345 678', country: null, timezone };
    expect(body).toEqual({ ...configured, version: 1 });
  });
  test('null takes the configuration’s value again, and each change is an event', async () => {
    const before = (await get()).body;
    const changed = await change({ name: 'North Clinic', country: 'ES' });
    expect(changed.body).toEqual({
      ...before,
      name: 'North Clinic',
      country: 'ES',
      version: before.version + 1,
    });
    expect((await get()).body).toEqual(changed.body);
    expect((await change({ name: null, country: null })).body).toEqual({
      ...before,
      version: before.version + 2,
    });
    const events = await clinic.query<{ particulars: string }>(
      "SELECT CAST(particulars AS CHAR) AS particulars FROM audit_events WHERE action = 'clinic.changed' ORDER BY id",
    );
    expect(events.map(({ particulars }) => (JSON.parse(particulars) as { fields: string }).fields)).toEqual([
      'name country',
      'name country',
    ]);
  });
  test.each([
    ['timezone', { timezone: 'Europe/Paris' }],
    ['country', { country: 'es' }],
    ['country', { country: 'XX' }],
    ['phone', { phone: 'none' }],
    ['name', { name: '\u200b' }],
    ['address', { address: 'x'.repeat(201) }],
  ])('refuses %s: %j', async (field, body) => {
    expect(invalidFields(expectProblem(await change(body), { status: 400 }))).toEqual([field]);
  });
  test('a stale If-Match is 412 VERSION_MISMATCH and changes nothing', async () => {
    const before = (await get()).body;
    const stale = await change({ name: 'Stale' }, { 'if-match': `"${before.version + 1}"` });
    expectProblem(stale, { status: 412, code: 'VERSION_MISMATCH' });
    expect((await get()).body).toEqual(before);
    const current = await change({ name: 'Current' }, { 'if-match': `"${before.version}"` });
    expect([current.status, current.headers.get('etag')]).toEqual([200, `"${before.version + 1}"`]);
  });
});
