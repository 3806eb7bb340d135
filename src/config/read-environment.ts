import { existsSync } from 'node:fs';
import { loadEnvFile } from 'node:process';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { Environment } from './environment.js';
import { unsafeInProduction } from './unsafe-in-production.js';

/** The start was refused: the message lists everything that is wrong with the configuration. */
export class ConfigurationError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(
      ['Clinica cannot start: its configuration is wrong.', ...problems.map((p) => `  - ${p}`)].join('\n'),
    );
  }
}

/**
 * Reads and validates the configuration. Empty variables count as not set.
 *
 * @param source the variables
 * @throws ConfigurationError naming all that is missing or wrong, never only the first
 */
export function readEnvironment(source: NodeJS.ProcessEnv = processEnvironment()): Environment {
  const given = Object.fromEntries(
    Object.keys(new Environment())
      .concat(REQUIRED)
      .map((name) => [name, source[name]] as const)
      .filter(([, value]) => value !== undefined && value !== ''),
  );
  const environment = plainToInstance(Environment, given, { exposeDefaultValues: true });
  const problems = validateSync(environment).flatMap(({ property, value, constraints }) =>
    value === undefined ? [`${property} is not set`] : Object.values(constraints ?? {}),
  );
  const { NODE_ENV, ADMIN_EMAIL, ADMIN_PASSWORD } = environment;
  if (NODE_ENV === 'production') problems.push(...unsafeInProduction(environment));
  if ((ADMIN_EMAIL === undefined) !== (ADMIN_PASSWORD === undefined)) {
    problems.push('ADMIN_EMAIL and ADMIN_PASSWORD belong together: set both or neither');
  }
  if (problems.length > 0) throw new ConfigurationError(problems);
  return environment;
}

// Variables without a default are not among the keys of a new instance.
const REQUIRED = [
  'DATABASE_URL',
  'REDIS_URL',
  'SMTP_URL',
  'MAIL_FROM',
  'JWT_SECRET',
  'FRONT_END_URL',
  'ADMIN_EMAIL',
  'ADMIN_PASSWORD',
  'HEARTBEAT_FILE',
];

/** The process environment, completed from a `.env` file where there is one. */
export function processEnvironment(): NodeJS.ProcessEnv {
  if (existsSync('.env')) loadEnvFile('.env');
  return process.env;
}
