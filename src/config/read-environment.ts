import { existsSync } from 'node:fs';
import { loadEnvFile } from 'node:process';
import { plainToInstance } from 'class-transformer';
import { getMetadataStorage, validateSync } from 'class-validator';
import type { ApiEnvironment } from './api.environment.js';
import type { DatabaseEnvironment } from './database.environment.js';
import { unsafeInProduction } from './unsafe-in-production.js';

/** The configuration is invalid: the message lists every problem. */
export class ConfigurationError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(
      ['Clinica cannot start: its configuration is wrong.', ...problems.map((p) => `  - ${p}`)].join('\n'),
    );
  }
}

/** Finds settings that are unsafe in production: for each a sentence that says what to do. */
type ProductionCheck<T> = (environment: T, source: NodeJS.ProcessEnv) => readonly string[];

/**
 * Reads and validates the configuration of a program. Empty variables count as not set; unknown ones are ignored.
 *
 * @param Program the class that declares the program's variables
 * @param source the variables
 * @param checks for production, in addition to those for every program
 * @throws ConfigurationError that lists all missing and invalid variables
 */
export function readEnvironment<T extends DatabaseEnvironment>(
  Program: new () => T,
  source: NodeJS.ProcessEnv = processEnvironment(),
  ...checks: readonly ProductionCheck<T>[]
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
    problems.push(...[unsafeInProduction, ...checks].flatMap((check) => check(environment, source)));
  if ((ADMIN_EMAIL === undefined) !== (ADMIN_PASSWORD === undefined)) {
    problems.push('ADMIN_EMAIL and ADMIN_PASSWORD belong together: set both or neither');
  }
  if (problems.length > 0) throw new ConfigurationError(problems);
  return environment;
}

/** The names of the variables that a program's class declares. */
export function variablesOf(Program: new () => DatabaseEnvironment): string[] {
  const rules = getMetadataStorage().getTargetValidationMetadatas(Program, '', false, false);
  return [...new Set(rules.map(({ propertyName }) => propertyName))];
}

/** The process environment, completed from the `.env` file if there is one. */
export function processEnvironment(): NodeJS.ProcessEnv {
  if (existsSync('.env')) loadEnvFile('.env');
  return process.env;
}
