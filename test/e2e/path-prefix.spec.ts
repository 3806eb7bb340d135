import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CHROMIUM, openBrowser, openPage } from '../support/browser.js';
import { Client } from '../support/client.js';
import { Clinic, type Person } from '../support/clinic.js';
import { type Proxy, proxyTo } from '../support/proxy.js';

let clinic: Clinic;
let proxy: Proxy;
let admin: Person;

beforeAll(async () => {
  clinic = await Clinic.open({ env: { TRUST_PROXY: '127.0.0.1' } });
  proxy = await proxyTo(clinic.client.baseUrl, '/clinic');
  admin = await clinic.admin();
});

afterAll(async () => {
  await proxy?.close();
  await clinic?.close();
});

const basic = () => ({
  authorization: `Basic ${Buffer.from(`${admin.email}:${admin.password}`).toString('base64')}`,
});

interface Served {
  readonly servers: readonly { url: string }[];
}

const serversAt = async (baseUrl: string, headers = {}) =>
  (await new Client(baseUrl).get<Served>('/api/docs-json', { headers })).body.servers.map(({ url }) => url);

describe('behind a proxy that serves the API below /clinic', () => {
  test('the document names the server at the prefix, and at the root without the proxy', async () => {
    expect(await serversAt(proxy.url)).toEqual(['/clinic']);
    expect(await serversAt(clinic.client.baseUrl)).toEqual(['/']);
  });

  test('the dashboard loads its files and its API below the prefix', async () => {
    const page = await new Client(proxy.url).get<string>('/admin/queues', { headers: basic() });
    expect(page.body).toContain('<base href="/clinic/admin/queues/"');
    const direct = await clinic.client.get<string>('/admin/queues', { headers: basic() });
    expect(direct.body).toContain('<base href="/admin/queues/"');
  });

  test('the link to the next page contains the prefix', async () => {
    const [patient, doctor] = [await clinic.patient(), await clinic.doctor()];
    for (const time of ['09:00', '10:00'])
      await clinic.client.post(
        '/api/bookings',
        { doctor_id: doctor.doctorId, date: '2026-03-02', time },
        { token: patient.token },
      );
    const { headers } = await new Client(proxy.url).get('/api/bookings/me?limit=1', { token: patient.token });
    expect(headers.get('link')).toMatch(/^<\/clinic\/api\/bookings\/me\?/);
    const next = /^<([^>]+)>/.exec(headers.get('link')!)![1]!;
    const answer = await new Client(new URL(proxy.url).origin).get(next, { token: patient.token });
    expect(answer.body).toMatchObject([{ time: '10:00' }]);
  });

  test.each([
    '//evil.example',
    '/a b',
    '/"><script>',
    'clinic',
    '/a/../b',
    '/..',
    'https://evil.example',
    '/a, /b',
  ])('an invalid prefix is ignored: %s', async (prefix) => {
    expect(await serversAt(clinic.client.baseUrl, { 'x-forwarded-prefix': prefix })).toEqual(['/']);
  });
});

test('the prefix of an untrusted proxy is ignored', async () => {
  const other = await Clinic.open();
  try {
    expect(await serversAt(other.client.baseUrl, { 'x-forwarded-prefix': '/clinic' })).toEqual(['/']);
  } finally {
    await other.close();
  }
});

describe.skipIf(!CHROMIUM)('in a real browser, behind the proxy', () => {
  test('Swagger UI shows the routes, and Execute reaches the API', async () => {
    const browser = await openBrowser();
    try {
      const { page, complaints } = await openPage(
        await browser.newContext({ viewport: { width: 1280, height: 1000 } }),
      );
      await page.goto(`${proxy.url}/api/docs`);
      const block = page.locator('[id$="-listPublicDoctors"]');
      await block.locator('.opblock-summary-control').click();
      await block.locator('.execute').click();
      const status = block.locator('.live-responses-table .response .response-col_status').first();
      expect((await status.innerText()).trim()).toBe('200');
      expect(await block.locator('.request-url').innerText()).toContain('/clinic/api/doctors/public');
      if (process.env.SCREENSHOTS) await page.screenshot({ path: `${process.env.SCREENSHOTS}/swagger.png` });
      expect(complaints).toEqual([]);
    } finally {
      await browser.close();
    }
  });

  test('the dashboard shows the queue', async () => {
    const browser = await openBrowser();
    try {
      const httpCredentials = { username: admin.email, password: admin.password };
      const { page, complaints } = await openPage(
        await browser.newContext({ httpCredentials, viewport: { width: 1280, height: 800 } }),
      );
      await page.goto(`${proxy.url}/admin/queues`);
      await page.getByText('notifications').first().waitFor();
      await page.goto(`${proxy.url}/admin/queues/queue/notifications`);
      await page.getByText('notifications').first().waitFor();
      if (process.env.SCREENSHOTS)
        await page.screenshot({ path: `${process.env.SCREENSHOTS}/dashboard.png` });
      expect(complaints).toEqual([]);
    } finally {
      await browser.close();
    }
  });
});
