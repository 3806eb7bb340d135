import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { unsafeAdminPassword } from '../../src/auth/passwords/unsafe-admin-password.js';
import { ApiEnvironment } from '../../src/config/api.environment.js';
import { ConfigurationError, readEnvironment } from '../../src/config/read-environment.js';
import { WorkerEnvironment } from '../../src/config/worker.environment.js';

/** The variables without a default, with values that are safe in production. */
export const VALID = {
  DATABASE_URL: 'mysql://clinica:Zx81-Qm07-Lk42@127.0.0.1:3306/clinica',
  REDIS_URL: 'redis://127.0.0.1:6379',
  SMTP_URL: 'smtp://127.0.0.1:25',
  MAIL_FROM: 'Clinica <appointments@clinica.example>',
  TRUST_PROXY: 'none',
  JWT_SECRET: 'b3Z0mQ8r2WvXk1LpY7sTdN5uHc9JgFaE',
};

/** The configuration as the API and the worker read it. */
export const read = (variables: NodeJS.ProcessEnv) => ({
  ...readEnvironment(WorkerEnvironment, variables),
  ...readEnvironment(ApiEnvironment, variables, unsafeAdminPassword),
});

/** The problems that prevent the API or the worker from starting. */
export function problemsOf(variables: NodeJS.ProcessEnv): readonly string[] {
  const problems = [
    problemsWhen(() => readEnvironment(ApiEnvironment, variables, unsafeAdminPassword)),
    problemsWhen(() => readEnvironment(WorkerEnvironment, variables)),
  ];
  return [...new Set(problems.flat())];
}

/** The problems that prevent a program from starting. */
export function problemsWhen(start: () => unknown): readonly string[] {
  try {
    start();
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigurationError);
    return (error as ConfigurationError).problems;
  }
  return [];
}

/** The lines of .env.example. */
export const exampleLines = (): string[] =>
  readFileSync(new URL('../../.env.example', import.meta.url), 'utf8').split('\n');

/** The variables of .env.example that have a value there. */
export function samples(): Record<string, string> {
  const pairs = exampleLines().map((line) => /^([A-Z_]+)=(.+)$/.exec(line));
  return Object.fromEntries(pairs.filter((pair) => pair !== null).map(([, name, value]) => [name!, value!]));
}
