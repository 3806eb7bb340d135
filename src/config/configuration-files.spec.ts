import { readFileSync } from 'node:fs';
import { getMetadataStorage } from 'class-validator';
import { describe, expect, test } from 'vitest';
import { exampleLines, problemsOf, samples, VALID } from '../../test/support/configuration.js';
import { ApiEnvironment } from './api.environment.js';
import { variablesOf } from './read-environment.js';
import { WorkerEnvironment } from './worker.environment.js';

const LONG = 'Zx81-Qm07-Lk42';

/** By variable, its bounds as .env.example writes them. */
function boundsOf(...programs: readonly (new () => object)[]): Map<string, string> {
  const rules = programs.flatMap((program) =>
    getMetadataStorage().getTargetValidationMetadatas(program, '', false, false),
  );
  const bound = (variable: string, kind: string): number | undefined =>
    rules.find(({ propertyName, name }) => propertyName === variable && name === kind)
      ?.constraints[0] as number;
  const found = new Map<string, string>();
  for (const name of new Set(rules.map(({ propertyName }) => propertyName))) {
    const [least, most] = [bound(name, 'min'), bound(name, 'max')];
    const [shortest, longest] = [bound(name, 'minLength'), bound(name, 'maxLength')];
    if (most !== undefined) found.set(name, `${least} to ${most}`);
    if (longest !== undefined)
      found.set(name, `${shortest ? `${shortest} to` : 'at most'} ${longest} characters`);
  }
  return found;
}

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
  test('starts as it is in development, and in production with another secret, other passwords and the proxies', () => {
    expect(problemsOf({ ...samples(), NODE_ENV: 'development' })).toEqual([]);
    const inProduction: NodeJS.ProcessEnv = { ...samples(), NODE_ENV: 'production' };
    const refused = problemsOf(inProduction).map((problem) => problem.split(' ')[0]);
    expect([...new Set(refused)].sort()).toEqual(['DATABASE_URL', 'JWT_SECRET', 'SMTP_URL', 'TRUST_PROXY']);
    for (const name of ['DATABASE_URL', 'SMTP_URL'])
      inProduction[name] = inProduction[name]!.replace('change-me', LONG);
    const { JWT_SECRET, TRUST_PROXY } = VALID;
    expect(problemsOf({ ...inProduction, JWT_SECRET, TRUST_PROXY })).toEqual([]);
  });
  test('names the bounds of numbers and of the lengths of texts', () => {
    const lines = exampleLines();
    const bounds = boundsOf(ApiEnvironment, WorkerEnvironment);
    expect([...bounds.keys()]).toContain('CLINIC_NAME');
    for (const [name, text] of bounds) {
      const place = lines.findIndex((line) => line.startsWith(`${name}=`));
      const start = lines.slice(0, place).lastIndexOf('') + 1;
      expect(lines.slice(start, place).join(' ').replaceAll(' # ', ' '), name).toContain(text);
    }
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

  test('gets none of its own defaults overridden by .env.example', () => {
    const overridden = [...text.matchAll(/\$\{(\w+):-([^}]+)\}/g)].filter(
      ([, name, value]) => name! in samples() && samples()[name!] !== value,
    );
    expect(overridden.map(([whole]) => whole)).toEqual([]);
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
