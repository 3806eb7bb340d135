import { once } from 'node:events';
import { existsSync, readdirSync, readlinkSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Clinic, type Person } from '../support/clinic.js';
import { eventually } from '../support/eventually.js';
import { Document } from '../support/openapi.js';
import { expectProblem } from '../support/problems.js';
import { sendVerbatim } from '../support/verbatim-http.js';

const FRONT = 'https://front.example';

let clinic: Clinic;
let admin: Person;
let document: Document;

beforeAll(async () => {
  clinic = await Clinic.open({ env: { CORS_ORIGINS: FRONT } });
  admin = await clinic.admin();
  document = await Document.of(clinic.client);
});

afterAll(() => clinic?.close());

const basic = () => ({
  authorization: `Basic ${Buffer.from(`${admin.email}:${admin.password}`).toString('base64')}`,
});

describe('security headers for browsers', () => {
  const ALWAYS = {
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'SAMEORIGIN',
    'referrer-policy': 'no-referrer',
    'strict-transport-security': expect.stringMatching(/^max-age=\d{8}/) as string,
  };
  const OF_ANSWERS = {
    ...ALWAYS,
    'content-security-policy': "default-src 'none';base-uri 'none';frame-ancestors 'none'",
  };

  function expectHeaders(headers: Headers, expected: object, where: string): void {
    expect(Object.fromEntries(headers), where).toMatchObject(expected);
    for (const name of ['x-powered-by', 'server']) expect(headers.has(name), where).toBe(false);
  }

  test('on the answer of every documented route, which may not be cached', async () => {
    expect(document.operations.length).toBeGreaterThan(30);
    for (const { method, path, name } of document.operations) {
      for (const token of [undefined, admin.token]) {
        const { headers } = await clinic.client.send(method, path.replace(/\{\w+\}/, '1'), {
          token,
          ...(method !== 'GET' && { body: {} }),
        });
        expectHeaders(headers, { ...OF_ANSWERS, 'cache-control': 'no-store' }, name);
      }
    }
  });

  test.each(['/api/nowhere', '/api/%zz', '/health/live'])('on %s', async (path) => {
    const { headers } = await sendVerbatim(clinic.client.baseUrl, path);
    expectHeaders(headers, ALWAYS, path);
  });

  test.each(['/api/docs', '/api/docs/swagger-ui-bundle.js', '/admin/queues', '/admin/queues/api/queues'])(
    'on the page %s, which may load only its own scripts',
    async (path) => {
      const { status, headers } = await sendVerbatim(clinic.client.baseUrl, path, { headers: basic() });
      expect(status).toBe(200);
      expectHeaders(headers, ALWAYS, path);
      const policy = headers.get('content-security-policy')!.split(';');
      expect(policy).toEqual(expect.arrayContaining(["default-src 'self'", "script-src 'self'"]));
      expect(policy).toEqual(expect.arrayContaining(["object-src 'none'", "frame-ancestors 'self'"]));
      expect(policy.join()).not.toMatch(/unsafe-eval|script-src[^,]*unsafe-inline/);
    },
  );
});

describe('pages of other origins', () => {
  const preflight = (origin: string, method: string) =>
    sendVerbatim(clinic.client.baseUrl, '/api/bookings/1', {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': method,
        'access-control-request-headers': 'authorization,content-type,idempotency-key,if-match',
      },
    });
  const allowed = ({ headers }: { headers: Headers }, name: string): string =>
    headers.get(`access-control-allow-${name}`) ?? '';

  test.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])(
    'may send %s if the origin is allowed',
    async (method) => {
      const answer = await preflight(FRONT, method);
      expect(answer.status).toBe(204);
      expect(allowed(answer, 'origin')).toBe(FRONT);
      expect(allowed(answer, 'methods').split(/, ?/)).toContain(method);
      expect(allowed(answer, 'headers')).toMatch(/authorization.*content-type.*idempotency-key.*if-match/i);
      expect(allowed(answer, 'credentials')).toBe('');
    },
  );

  test('may read the useful response headers', async () => {
    const { headers } = await clinic.client.get('/api/doctors/public', { headers: { origin: FRONT } });
    expect(headers.get('access-control-allow-origin')).toBe(FRONT);
    const exposed = headers.get('access-control-expose-headers')!.toLowerCase().split(/, ?/);
    expect(exposed).toEqual(
      expect.arrayContaining(['x-request-id', 'retry-after', 'link', 'etag', 'idempotency-replayed']),
    );
  });

  test.each(['https://evil.example', 'https://front.example.evil.example', 'http://front.example', 'null'])(
    'get no access if the origin is not allowed: %s',
    async (origin) => {
      expect(allowed(await preflight(origin, 'DELETE'), 'origin')).toBe('');
      const { headers } = await clinic.client.get('/api/doctors/public', { headers: { origin } });
      expect(headers.has('access-control-allow-origin')).toBe(false);
    },
  );

  test('an OPTIONS request that is not a preflight is a wrong method', async () => {
    const answer = await sendVerbatim(clinic.client.baseUrl, '/api/bookings', { method: 'OPTIONS' });
    expectProblem(answer, {
      status: 404,
    });
  });

  const change = (headers: Record<string, string>) =>
    sendVerbatim(clinic.client.baseUrl, '/admin/queues/api/queues/notifications/pause', {
      method: 'PUT',
      headers: { ...basic(), ...headers },
    });
  const own = () => new URL(clinic.client.baseUrl).origin;

  test.each<[string, () => Record<string, string>]>([
    ['another site', () => ({ 'sec-fetch-site': 'cross-site' })],
    ['another origin of the same site', () => ({ 'sec-fetch-site': 'same-site' })],
    ['nowhere', () => ({ 'sec-fetch-site': 'none' })],
    ['another origin, in an old browser', () => ({ origin: 'https://evil.example' })],
    ['another port, in an old browser', () => ({ origin: 'http://127.0.0.1:1' })],
    ['no origin at all', () => ({ origin: 'null' })],
  ])('cannot change anything at the dashboard through an admin’s browser: %s', async (_, headers) => {
    expectProblem(await change(headers()), { status: 403, code: 'CROSS_ORIGIN' });
  });

  test.each<[string, () => Record<string, string>]>([
    ['the dashboard itself', () => ({ 'sec-fetch-site': 'same-origin', origin: own() })],
    ['the dashboard itself, in an old browser', () => ({ origin: own() })],
    ['a script', () => ({})],
  ])('%s can change something at the dashboard', async (_, headers) => {
    expect((await change(headers())).status).toBe(200);
  });
});

describe('a client that is slow or does not read', () => {
  const dial = async (): Promise<Socket> => {
    const { hostname, port } = new URL(clinic.client.baseUrl);
    const socket = connect(Number(port), hostname);
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    return socket;
  };
  const closed = (socket: Socket): Promise<unknown> => once(socket.resume(), 'close');

  test('is disconnected when its headers or its body take too long', async () => {
    const [head, body] = [await dial(), await dial()];
    head.write('GET /api/doctors/public HTTP/1.1\r\nHost: x\r\nX-Slow: ');
    body.write(
      'POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{',
    );
    const dripping = setInterval(() => body.write(' '), 1_000);
    // Node's own timeout is a minute.
    const tooLong = Symbol('timeout');
    const limit = new Promise((resolve) => setTimeout(resolve, 25_000, tooLong));
    for (const socket of [head, body]) expect(await Promise.race([closed(socket), limit])).not.toBe(tooLong);
    clearInterval(dripping);
  });

  const requests = (times: number, last = ''): string =>
    'GET /api/doctors/public HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(times) + last;

  test('can pipeline a few requests', async () => {
    const last = 'GET /api/doctors/public HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
    const socket = await dial();
    let answered = '';
    socket.setEncoding('utf8').on('data', (text: string) => (answered += text));
    socket.write(requests(9, last));
    await closed(socket);
    expect(answered.match(/HTTP\/1\.1 200 /g)).toHaveLength(10);
  });

  test.runIf(existsSync('/proc/self/fd'))(
    'leaves no file open that it requested and did not read',
    async () => {
      const openFiles = (): number =>
        readdirSync('/proc/self/fd').filter((fd) => {
          try {
            return readlinkSync(`/proc/self/fd/${fd}`).endsWith('swagger-ui-bundle.js');
          } catch {
            return false;
          }
        }).length;
      const sockets = await Promise.all(Array.from({ length: 5 }, dial));
      for (const socket of sockets) {
        socket.pause();
        socket.write('GET /api/docs/swagger-ui-bundle.js HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(12));
      }
      await eventually('the files are open', () => Promise.resolve(openFiles() === sockets.length));
      for (const socket of sockets) socket.destroy();
      await eventually('all are closed', () => Promise.resolve(openFiles() === 0));
    },
  );

  test('is disconnected when it requests more than it reads, without an effect on other clients', async () => {
    const [greedy, other] = [await dial(), await dial()];
    greedy.write(requests(1_000));
    await closed(greedy);
    other.write(requests(1, 'GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'));
    await closed(other);
    expect((await clinic.client.get('/api/doctors/public')).status).toBe(200);
  });
});
