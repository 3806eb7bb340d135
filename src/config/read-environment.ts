import { existsSync } from 'node:fs';
import { loadEnvFile } from 'node:process';
import { plainToInstance } from 'class-transformer';
import { getMetadataStorage, validateSync } from 'class-validator';
import type { ApiEnvironment } from './api.environment.js';
import type { DatabaseEnvironment } from './database.environment.js';
import { unsafeInProduction } from './unsafe-in-production.js';

/** The start was refused: the message lists everything that is wrong with the configuration. */
export class ConfigurationError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(
      ['Clinica cannot start: its configuration is wrong.', ...problems.map((p) => `  - ${p}`)].join('\n'),
    );
  }
}

/** Judges what is only wrong where real people's data are: a sentence for each, with what to do. */
type Judge<T> = (environment: T, source: NodeJS.ProcessEnv) => readonly string[];

/**
 * Reads and validates the configuration of a program. Empty variables count as not set, and those that its class does not
 * know are left alone.
 *
 * @param Program the class that lists the program's variables
 * @param source the variables
 * @param judges what they find ends a start in production, besides what is unsafe for every program
 * @throws ConfigurationError naming all that is missing or wrong, never only the first
 */
export function readEnvironment<T extends DatabaseEnvironment>(
  Program: new () => T,
  source: NodeJS.ProcessEnv = processEnvironment(),
  ...judges: readonly Judge<T>[]
): T {
  const given = Object.fromEntries(
    variablesOf(Program)
      .map((name) => [name, source[name]] as const)
      .filter(([, value]) => value !== undefined && value !== ''),
  );
  const environment = plainToInstance(Program, given, { exposeDefaultValues: true });
  const problems = validateSync(environment).flatMap(({ property, value, constraints }) =>
    value === undefined ? [`${property} is not set`] : Object.values(constraints ?? {}),
  );
  const { NODE_ENV, ADMIN_EMAIL, ADMIN_PASSWORD }: Partial<ApiEnvironment> = environment;
  if (NODE_ENV === 'production')
    problems.push(...[unsafeInProduction, ...judges].flatMap((judge) => judge(environment, source)));
  if ((ADMIN_EMAIL === undefined) !== (ADMIN_PASSWORD === undefined)) {
    problems.push('ADMIN_EMAIL and ADMIN_PASSWORD belong together: set both or neither');
  }
  if (problems.length > 0) throw new ConfigurationError(problems);
  return environment;
}

/** The names of a program's variables, as its class declares them. */
export function variablesOf(Program: new () => DatabaseEnvironment): string[] {
  const rules = getMetadataStorage().getTargetValidationMetadatas(Program, '', false, false);
  return [...new Set(rules.map(({ propertyName }) => propertyName))];
}

/** The process environment, completed from a `.env` file where there is one. */
export function processEnvironment(): NodeJS.ProcessEnv {
  if (existsSync('.env')) loadEnvFile('.env');
  return process.env;
}
