import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Connection, createConnection } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ensureBuilt } from '../../bin/support/build.js';
import type { Environment } from '../support/test-environment.js';
import type { Client } from '../support/client.js';
import { eventually } from '../support/eventually.js';
import { Program } from '../support/program.js';
import { dropDatabase, testEnvironment } from '../support/test-environment.js';

let environment: Environment;

beforeAll(async () => {
  await ensureBuilt();
  environment = await testEnvironment({ RATE_LIMIT_ENABLED: 'true' });
});

afterAll(async () => {
  if (environment) await dropDatabase(environment);
});

test.each(['/api/doctors/public', '/nothing-here', '/health/live'])(
  'a client that requests %s and hangs up does not crash the API',
  async (path) => {
    const { program, client } = await Program.api(environment);
    const { port } = new URL(client.baseUrl);
    await new Promise<void>((resolve) => {
      const socket = connect({ port: Number(port), host: '127.0.0.1' }, () => {
        socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`, () => socket.resetAndDestroy());
      });
      socket.on('close', () => resolve());
      socket.on('error', () => undefined);
    });
    await sleep(1000);
    expect(program.hasEnded, program.output.slice(-600)).toBe(false);
    expect((await client.get('/health/live')).status).toBe(200);
    await program.kill();
  },
);

test('a client that hangs up in the middle of a body leaves no error in the log', async () => {
  const { program, client } = await Program.api({ ...environment, LOG_LEVEL: 'info' });
  const { port } = new URL(client.baseUrl);
  const head =
    'POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 60\r\n';
  await new Promise<void>((resolve) => {
    const socket = connect({ port: Number(port), host: '127.0.0.1' }, () => {
      socket.write(`${head}\r\n{"email":`, () => setTimeout(() => socket.destroy(), 200));
    });
    socket.on('close', () => resolve());
  });
  await sleep(1000);
  expect((await client.get('/health/live')).status).toBe(200);
  await program.kill();
  expect(program.output).toContain('/health/live');
  expect(program.output).not.toContain('"level":"error"');
});

test('a request whose client hung up before the server accepted the connection is not processed', async () => {
  const { program, client } = await Program.api({ ...environment, LOG_LEVEL: 'info' });
  const { port } = new URL(client.baseUrl);
  program.send('SIGSTOP');
  const request = 'GET /api/doctors/public HTTP/1.1\r\nHost: x\r\n\r\n';
  await Promise.all(
    Array.from({ length: 5 }, async () => {
      const socket = connect({ port: Number(port), host: '127.0.0.1' });
      socket.on('error', () => undefined);
      socket.write(request, () => socket.resetAndDestroy());
      await once(socket, 'close');
    }),
  );
  program.send('SIGCONT');
  await sleep(1000);
  expect((await client.get('/health/live')).status).toBe(200);
  await program.kill();
  expect(program.output).toContain('/health/live');
  expect(program.output).not.toContain('/api/doctors/public');
});

describe('a request whose client hangs up before the answer', () => {
  const PASSWORD = 'seven herons at dusk';
  let api: { program: Program; client: Client };
  let database: Connection;
  let token: string;

  beforeAll(async () => {
    // With rate limits, every request whose client is gone before its work begins is refused.
    api = await Program.api({ ...environment, RATE_LIMIT_ENABLED: false, LOG_LEVEL: 'info' });
    database = await createConnection(environment.DATABASE_URL);
    const account = { email: 'pat@people.example', password: PASSWORD };
    await api.client.post('/api/auth/register', account);
    token = (await api.client.post<{ token: string }>('/api/auth/login', account)).body.token;
  });

  afterAll(async () => {
    await database?.end();
    await api?.program.kill();
  });

  /** The log lines that the API writes at the end of a request. */
  const linesOf = (id: string) =>
    api.program.output
      .split('\n')
      .filter((line) => line.includes(id) && line.includes('"msg":"request"'))
      .map((line) => JSON.parse(line) as Record<string, unknown>);

  const waitForLine = (id: string) =>
    eventually('the request has its line', () => Promise.resolve(linesOf(id).length > 0));

  function requestText(id: string, method: string, path: string, body: string, missing = 0): string {
    const head = [
      `${method} ${path} HTTP/1.1`,
      'Host: x',
      `X-Request-Id: ${id}`,
      `Authorization: Bearer ${token}`,
      ...(body === '' ? [] : ['Content-Type: application/json', `Content-Length: ${body.length + missing}`]),
    ];
    return `${head.join('\r\n')}\r\n\r\n${body}`;
  }

  const wrongPassword = JSON.stringify({ old_password: 'a wrong guess', new_password: 'nine owls at dawn' });

  /** Sends text on a new connection, waits, and resets the connection. */
  async function resetAfter(text: string, wait: () => Promise<unknown>): Promise<void> {
    const { port } = new URL(api.client.baseUrl);
    const socket = connect({ port: Number(port), host: '127.0.0.1' });
    socket.on('error', () => undefined);
    socket.write(text);
    await wait();
    const closed = once(socket, 'close');
    socket.resetAndDestroy();
    await closed;
  }

  async function isWaiting(): Promise<boolean> {
    const [rows] = await database.query('SHOW PROCESSLIST');
    return (rows as { db: string | null; State: string | null }[]).some(
      ({ db, State }) =>
        environment.DATABASE_URL.endsWith(`/${db}`) && /^Waiting for table/.test(State ?? ''),
    );
  }

  /** Resets a connection while its first request waits for a lock on the accounts, then releases the lock. */
  async function resetWhileWaiting(text: string): Promise<void> {
    await database.query('LOCK TABLES accounts WRITE');
    await resetAfter(text, () => eventually('a request waits', isWaiting, 5));
    await sleep(300);
    await database.query('UNLOCK TABLES');
  }

  test('has one line in the log, with aborted, and its refusal is one event', async () => {
    const id = randomUUID();
    await resetWhileWaiting(requestText(id, 'POST', '/api/auth/password', wrongPassword));
    await waitForLine(id);
    expect(linesOf(id)).toEqual([
      expect.objectContaining({ status: 400, code: 'WRONG_PASSWORD', aborted: true }),
    ]);
    const events = async () => {
      const sql = `SELECT action, particulars FROM audit_events WHERE request_id = '${id}'`;
      return (await database.query(sql))[0] as { action: string; particulars: string }[];
    };
    await eventually('the refusal is recorded', async () => (await events()).length > 0);
    await sleep(300);
    expect((await events()).map(({ action }) => action)).toEqual(['account.access_denied']);
  });

  test('has one line even if the server never gets to it', async () => {
    const ids = Array.from({ length: 20 }, () => randomUUID());
    const [first, ...pipelined] = ids as [string, ...string[]];
    await resetWhileWaiting(
      requestText(first, 'POST', '/api/auth/password', wrongPassword) +
        pipelined.map((id) => requestText(id, 'GET', '/api/auth/me', '')).join(''),
    );
    await waitForLine(first);
    expect(linesOf(first)).toEqual([expect.objectContaining({ status: 400, aborted: true })]);
    for (const id of pipelined) {
      expect(linesOf(id)).toEqual([expect.objectContaining({ route: '/api/auth/me', aborted: true })]);
      expect(linesOf(id)[0]).not.toHaveProperty('status');
    }
  });

  test.each(['/api/auth/password', '/nothing-here'])(
    'and before the end of its body has one line too, at %s',
    async (path) => {
      const id = randomUUID();
      await resetAfter(requestText(id, 'POST', path, '{"old', 60), () => sleep(500));
      await waitForLine(id);
      expect(linesOf(id)).toEqual([expect.objectContaining({ aborted: true })]);
    },
  );

  test.each(['keep-alive', 'close'])(
    'has aborted in its line, but an answered one with Connection: %s has not',
    async (connection) => {
      const id = randomUUID();
      await api.client.get('/api/doctors/public', { headers: { 'x-request-id': id, connection } });
      await waitForLine(id);
      await sleep(300);
      expect(linesOf(id)).toEqual([expect.not.objectContaining({ aborted: true })]);
    },
  );
});
