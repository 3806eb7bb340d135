import { readFileSync } from 'node:fs';
import { type INestApplication, RequestMethod } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { DiscoveryService, MetadataScanner, ModulesContainer } from '@nestjs/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LIMITS } from '../../src/http/rate-limits/limits.js';
import { RATE_LIMITS } from '../../src/http/rate-limits/rate-limit.js';
import { Clinic } from '../support/clinic.js';
import { nextAddress, type RequestFrom, sendFrom } from '../support/network-addresses.js';
import { expectProblem } from '../support/problems.js';
import { markdownTable } from '../support/report.js';
import { sendVerbatim } from '../support/verbatim-http.js';

// Limits that many free accounts cannot bypass.

let clinic: Clinic;

beforeAll(async () => {
  clinic = await Clinic.open({ env: { RATE_LIMIT_ENABLED: 'true' } });
});

afterAll(() => clinic?.close());

const send = (path: string, request: RequestFrom) => sendFrom(clinic, path, request);

/** Sends `times` requests, ten in parallel, and returns how many did not get 429. */
async function countAccepted(times: number, request: (turn: number) => Promise<number>): Promise<number> {
  let accepted = 0;
  for (let sent = 0; sent < times; sent += 10) {
    const turns = Array.from({ length: Math.min(10, times - sent) }, (_, turn) => request(sent + turn));
    accepted += (await Promise.all(turns)).filter((status) => status !== 429).length;
  }
  return accepted;
}

describe('limits are declared on the routes', () => {
  type Handler = (...args: unknown[]) => unknown;

  /** Every handler of every controller. */
  function handlers(app: INestApplication): { name: string; handler: Handler; controller: object }[] {
    const scanner = new MetadataScanner();
    return new DiscoveryService(app.get(ModulesContainer))
      .getControllers()
      .flatMap(({ instance, metatype }) => {
        const prototype = Object.getPrototypeOf(instance) as Record<string, Handler>;
        return scanner
          .getAllMethodNames(prototype)
          .map((name) => ({
            name: `${metatype!.name}.${name}`,
            handler: prototype[name]!,
            controller: metatype!,
          }))
          .filter(({ handler }) => Reflect.hasMetadata(PATH_METADATA, handler));
      });
  }

  test('every route that is not a GET has limits of its own', () => {
    const all = handlers(clinic.app);
    expect(all.length).toBeGreaterThan(40);
    const without = all
      .filter(({ handler }) => Reflect.getMetadata(METHOD_METADATA, handler) !== RequestMethod.GET)
      .filter(({ handler, controller }) => {
        const declared: unknown =
          Reflect.getMetadata(RATE_LIMITS, handler) ?? Reflect.getMetadata(RATE_LIMITS, controller);
        return !Array.isArray(declared) || declared.length === 0;
      });
    expect(without.map(({ name }) => name)).toEqual([]);
  });

  test('a public route has no limit by account or session, because it has neither', () => {
    const wrong = handlers(clinic.app)
      .filter(({ handler, controller }) =>
        [handler, controller].some((target) => Reflect.getMetadata('access:public', target) === true),
      )
      .filter(({ handler }) =>
        ((Reflect.getMetadata(RATE_LIMITS, handler) ?? []) as (keyof typeof LIMITS)[]).some((name) =>
          ['account', 'session'].includes(LIMITS[name].by),
        ),
      );
    expect(wrong.map(({ name }) => name)).toEqual([]);
  });

  test('docs/operations.md lists all limits', () => {
    const inWords = (seconds: number): string =>
      ({ 60: 'minute', 600: '10 minutes', 900: '15 minutes', 3600: 'hour', 86400: 'day' })[seconds]!;
    const table = markdownTable(
      [
        ['what is counted', ({ counts }) => counts],
        ['by', ({ by }) => by],
        ['at most', ({ points }) => points.toLocaleString('en')],
        ['in a', ({ seconds }) => inWords(seconds)],
      ],
      Object.values(LIMITS),
    );
    const document = readFileSync('docs/operations.md', 'utf8');
    expect(/<!-- limits -->\n+([^]*?)\n+<!-- \/limits -->/.exec(document)?.[1]).toBe(table);
  });
});

describe('accounts and addresses', () => {
  test('five accounts at one address share the limit of the address', async () => {
    const people = await Promise.all(Array.from({ length: 5 }, () => clinic.patient()));
    const from = nextAddress();
    const most = LIMITS.signedInAddress.points;
    const accepted = await countAccepted(most + 50, (turn) =>
      send('/api/auth/me', { token: people[turn % 5]!.token, from }),
    );
    expect(accepted).toBe(most);
    expect(await send('/api/auth/me', { token: people[0]!.token })).toBe(200);
  });

  test('an account is counted across addresses', async () => {
    const { token } = await clinic.patient();
    expect(await countAccepted(620, () => send('/api/auth/me', { token }))).toBe(LIMITS.account.points);
  });
});

test('unknown paths, missing tokens and pages are counted by address', async () => {
  const from = nextAddress();
  const paths = ['/nothing', '/api/nothing', '/api/docs/index.css', '/admin/queues', '/api/auth/me'];
  const accepted = await countAccepted(650, (turn) => send(paths[turn % paths.length]!, { from }));
  expect(accepted).toBe(LIMITS.visitor.points);
  expect(await send('/health/live', { from })).toBe(200);
});

describe('bookings', () => {
  test('an account can make thirty changes a minute, of all kinds together', async () => {
    const { token } = await clinic.patient();
    const accepted = await countAccepted(40, (turn) =>
      turn % 2
        ? send('/api/bookings/999999', { method: 'DELETE', token })
        : send('/api/bookings', { method: 'POST', token, body: { doctor_id: 1, date: 'never' } }),
    );
    expect(accepted).toBe(LIMITS.booking.points);
    expect(await send('/api/bookings/me', { token })).toBe(200);
  });

  test('one address can make a hundred and twenty changes a minute, over all accounts', async () => {
    const people = await Promise.all(Array.from({ length: 6 }, () => clinic.patient()));
    const from = nextAddress();
    const accepted = await countAccepted(150, (turn) =>
      send('/api/bookings/999999', { method: 'DELETE', token: people[turn % 6]!.token, from }),
    );
    expect(accepted).toBe(LIMITS.bookingAddress.points);
  });
});

describe('unreadable requests are counted by address', () => {
  type Unreadable = readonly [string, (from: string, token: string) => ReturnType<typeof sendVerbatim>];
  const post =
    (path: string, body: string, headers: Record<string, string> = {}) =>
    (localAddress: string, token: string) =>
      sendVerbatim(clinic.client.baseUrl, path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, ...headers },
        chunks: [body],
        localAddress,
      });

  test.each<Unreadable>([
    ['malformed JSON', post('/api/bookings', '{')],
    ['another content type', post('/api/auth/login', '<a/>', { 'content-type': 'text/xml' })],
    ['too large', post('/api/auth/login', JSON.stringify({ email: 'x'.repeat(70_000) }))],
    ['a malformed URL', post('/api/auth/%zz', '{}')],
    ['malformed JSON to an unknown path', post('/api/nothing', '{')],
  ])('%s', async (_name, request) => {
    const from = nextAddress();
    const { token } = await clinic.patient();
    const refused: number[] = [];
    const accepted = await countAccepted(LIMITS.visitor.points + 20, async () => {
      const { status } = await request(from, token);
      if (status !== 429) refused.push(status);
      return status;
    });
    expect(accepted).toBe(LIMITS.visitor.points);
    expect(new Set(refused).size).toBe(1);
    const answer = await request(from, token);
    expectProblem(answer, { status: 429, code: 'TOO_MANY_REQUESTS' });
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await send('/api/doctors/public', {})).toBe(200);
  });
});
