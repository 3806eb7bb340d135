import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureBuilt } from '../../bin/support/build.js';
import type { Environment } from '../support/test-environment.js';
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
  'one client that asks for %s and hangs up ends nothing',
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
