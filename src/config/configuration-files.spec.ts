import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { exampleLines, problemsOf, samples, VALID } from '../../test/support/configuration.js';
import { ApiEnvironment } from './api.environment.js';
import { variablesOf } from './read-environment.js';
import { WorkerEnvironment } from './worker.environment.js';

const LONG = 'Zx81-Qm07-Lk42';

/** Every variable, with and without a default. */
function variables(): string[] {
  return [...new Set([...variablesOf(ApiEnvironment), ...variablesOf(WorkerEnvironment)])];
}

describe('.env.example', () => {
  test('has every variable once, with a line about it above', () => {
    const lines = exampleLines();
    for (const name of variables()) {
      const places = lines.flatMap((line, index) => (line.startsWith(`${name}=`) ? [index] : []));
      expect(places, name).toHaveLength(1);
      // The two ADMIN_ variables share a line.
      const above = lines.slice(0, places[0]).findLast((line) => !/^ADMIN_/.test(line));
      expect(above, name).toMatch(/^# \S.{10,}/);
    }
  });
  test('starts as it is in development, and in production with another secret and other passwords', () => {
    expect(problemsOf({ ...samples(), NODE_ENV: 'development' })).toEqual([]);
    const inProduction: NodeJS.ProcessEnv = { ...samples(), NODE_ENV: 'production' };
    const refused = problemsOf(inProduction).map((problem) => problem.split(' ')[0]);
    expect([...new Set(refused)].sort()).toEqual(['DATABASE_URL', 'JWT_SECRET', 'SMTP_URL']);
    for (const name of ['DATABASE_URL', 'SMTP_URL'])
      inProduction[name] = inProduction[name]!.replace('change-me', LONG);
    expect(problemsOf({ ...inProduction, JWT_SECRET: VALID.JWT_SECRET })).toEqual([]);
  });
  test('names the actual defaults', () => {
    const lines = exampleLines();
    for (const [name, value] of Object.entries({ ...new ApiEnvironment(), ...new WorkerEnvironment() })) {
      const shown = Array.isArray(value) ? 'none' : String(value);
      const place = lines.findIndex((line) => line.startsWith(`${name}=`));
      expect(lines[place - 1], name).toContain(`Default: ${shown}`);
    }
  });
});

describe('docker-compose.yml', () => {
  const text = readFileSync(new URL('../../docker-compose.yml', import.meta.url), 'utf8');
  /** Variables that the file sets itself: their values in .env are for a clinic without containers. */
  const SET_BY_COMPOSE: Record<string, RegExp> = {
    // The file's own servers, and their users with passwords from .env.
    DATABASE_URL:
      /^mysql:\/\/(clinica:\$\{MYSQL_PASSWORD|clinica_owner:\$\{MYSQL_OWNER_PASSWORD):\?.*@mysql:3306\/clinica$/,
    REDIS_URL: /^redis:\/\/:\$\{REDIS_PASSWORD:\?.*@redis:6379$/,
    ALLOW_PLAINTEXT: /^mysql,redis,\$\{ALLOW_PLAINTEXT:-\}$/,
    // Inside the container. PORT in .env is the port outside.
    HOST: /^0\.0\.0\.0$/,
    PORT: /^'3000'$/,
    HEARTBEAT_FILE: /^\/tmp\/heartbeat$/,
  };

  test.each(variables())('passes %s on', (name) => {
    const values = [...text.matchAll(new RegExp(`^ {4,6}${name}: (.*)$`, 'gm'))].map(([, value]) => value!);
    expect(values).not.toEqual([]);
    for (const value of values)
      expect(value).toMatch(SET_BY_COMPOSE[name] ?? new RegExp(`^\\$\\{${name}:[-?].*\\}$`));
  });

  test('uses no variable that .env.example does not name', () => {
    const asked = [...text.matchAll(/(?<!\$)\$\{(\w+)/g)].map(([, name]) => name!);
    for (const name of asked.filter((each) => each !== 'MAILBOX_PORT'))
      expect(
        exampleLines().some((line) => line.startsWith(`${name}=`)),
        name,
      ).toBe(true);
  });
});
