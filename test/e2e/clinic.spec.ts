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

const DEFAULTS = {
  horizon_days: 365,
  min_notice_minutes: 0,
  cancel_cutoff_minutes: 0,
  max_live_bookings: 50,
  type_required: false,
  one_place_at_a_time: false,
  public_availability: false,
};

type Settings = { -readonly [Key in keyof typeof DEFAULTS]: (typeof DEFAULTS)[Key] | null };

interface ClinicJson extends Settings {
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
    expect(body).toEqual({ ...configured, ...DEFAULTS, version: 1 });
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
    ['horizon_days', { horizon_days: 0 }],
    ['horizon_days', { horizon_days: 3651 }],
    ['min_notice_minutes', { min_notice_minutes: -1 }],
    ['min_notice_minutes', { min_notice_minutes: 525_601 }],
    ['cancel_cutoff_minutes', { cancel_cutoff_minutes: '60' }],
    ['max_live_bookings', { max_live_bookings: 0 }],
    ['max_live_bookings', { max_live_bookings: 1001 }],
    ['type_required', { type_required: null }],
    ['one_place_at_a_time', { one_place_at_a_time: 1 }],
    ['public_availability', { public_availability: 'true' }],
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

describe('the defaults of limits: horizon_days, min_notice_minutes, cancel_cutoff_minutes, max_live_bookings, each null for none; type_required, one_place_at_a_time, public_availability', () => {
  test('an admin changes them, and the event holds the new values', async () => {
    const before = (await get()).body;
    const given = {
      ...{ horizon_days: null, min_notice_minutes: 120, cancel_cutoff_minutes: 1440, max_live_bookings: 3 },
      ...{ type_required: true, one_place_at_a_time: true, public_availability: true },
    };
    const changed = await change(given);
    const version = before.version + 1;
    expect(changed.body).toEqual({ ...before, ...given, version });
    expect(changed.headers.get('etag')).toBe(`"${version}"`);
    expect((await get()).body).toEqual(changed.body);
    const [event] = await clinic.query<{ particulars: string }>(
      "SELECT CAST(particulars AS CHAR) AS particulars FROM audit_events WHERE action = 'clinic.changed' ORDER BY id DESC LIMIT 1",
    );
    expect(JSON.parse(event!.particulars)).toMatchObject({
      ...{ horizon_days: null, min_notice_minutes: 120, max_live_bookings: 3, type_required: 1, version },
    });
    expect((await change(DEFAULTS)).body).toEqual({ ...before, version: version + 1 });
  });
  test('a notice longer than the horizon: 400, and nothing changes', async () => {
    const before = (await get()).body;
    const refused = expectProblem(await change({ min_notice_minutes: 2881, horizon_days: 2 }), {
      status: 400,
      code: 'NOTICE_BEYOND_HORIZON',
    });
    expect(refused.detail).toBe(
      'Nobody could book without a type: min_notice_minutes, 2881, is longer than horizon_days, 2. Shorten the notice, or extend the horizon.',
    );
    expect(invalidFields(refused)).toEqual(['min_notice_minutes']);
    expect((await get()).body).toEqual(before);
    expect((await change({ min_notice_minutes: 2880, horizon_days: 2 })).status).toBe(200);
    expect((await change({ min_notice_minutes: null, horizon_days: 1 })).status).toBe(200);
  });
});
