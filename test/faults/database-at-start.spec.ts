import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from '../../bin/support/ports.js';
import type { Environment } from '../support/test-environment.js';
import { Program } from '../support/program.js';
import { dropDatabase, testEnvironment } from '../support/test-environment.js';

let environment: Environment;

beforeAll(async () => {
  environment = await testEnvironment();
});

afterAll(async () => {
  await dropDatabase(environment);
});

test.each(['main.js', 'worker.js', 'migrate.js'])(
  '%s without a database prints a readable message and exits with code 1',
  async (file) => {
    const unreachable = `mysql://root@127.0.0.1:${await freePort()}/clinica`;
    const program = Program.start(file, {
      ...environment,
      DATABASE_URL: unreachable,
      PORT: await freePort(),
    });
    expect(await program.exit()).toBe(1);
    expect(program.output).toMatch(/cannot use its database: .*Check DATABASE_URL/);
    expect(program.output).not.toMatch(/^\s+at /m);
  },
);
