import { existsSync } from 'node:fs';
import { loadEnvFile } from 'node:process';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { isCommonPassword } from './common-passwords.js';
import { Environment } from './environment.js';
import { isEveryone } from './proxies.js';

/** The start was refused: the message lists everything that is wrong with the configuration. */
export class ConfigurationError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(
      ['Clinica cannot start: its configuration is wrong.', ...problems.map((p) => `  - ${p}`)].join('\n'),
    );
  }
}

const SAMPLE_SECRETS = /change|secret|sample|example|default|test|demo/i;
const SHORTEST_SECRET = 32;

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
  problems.push(...unsafe(environment));
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

function unsafe(environment: Environment): string[] {
  const problems: string[] = [];
  const { NODE_ENV, JWT_SECRET, ADMIN_EMAIL, ADMIN_PASSWORD } = environment;
  if (NODE_ENV === 'production' && JWT_SECRET !== undefined) {
    if (JWT_SECRET.length < SHORTEST_SECRET) {
      problems.push(
        `JWT_SECRET is too short for production: use at least ${SHORTEST_SECRET} random characters`,
      );
    }
    if (SAMPLE_SECRETS.test(JWT_SECRET) || new Set(JWT_SECRET).size < 10) {
      problems.push(
        'JWT_SECRET looks like a sample: make a random one, for instance with openssl rand -base64 48',
      );
    }
  }
  if (NODE_ENV === 'production') problems.push(...unsafeInProduction(environment));
  if ((ADMIN_EMAIL === undefined) !== (ADMIN_PASSWORD === undefined)) {
    problems.push('ADMIN_EMAIL and ADMIN_PASSWORD belong together: set both or neither');
  }
  return problems;
}

function unsafeInProduction({
  ADMIN_PASSWORD,
  CORS_ORIGINS,
  FRONT_END_URL,
  TRUST_PROXY,
}: Environment): string[] {
  const sentences: readonly (readonly [isUnsafe: boolean, sentence: string])[] = [
    [
      ADMIN_PASSWORD !== undefined && isCommonPassword(ADMIN_PASSWORD),
      'ADMIN_PASSWORD is one of the most common passwords: choose one that nobody guesses',
    ],
    [
      CORS_ORIGINS.some(isPlain),
      'CORS_ORIGINS has an origin without TLS: anybody on the way could read what it is answered; use https',
    ],
    [
      isPlain(FRONT_END_URL ?? ''),
      'FRONT_END_URL is without TLS: anybody on the way could read the codes that are mailed; use https',
    ],
    [
      TRUST_PROXY.some(isEveryone),
      'TRUST_PROXY believes everybody: clients could make up the address that they are limited by',
    ],
  ];
  return sentences.filter(([isUnsafe]) => isUnsafe).map(([, sentence]) => sentence);
}

/** Whether an address is read by all who pass it on; what stays on this machine is not. */
function isPlain(url: string): boolean {
  return url.startsWith('http:') && !/^http:\/\/(localhost|127\.\d+\.\d+\.\d+|\[::1\])([:/]|$)/.test(url);
}

/** The process environment, completed from a `.env` file where there is one. */
export function processEnvironment(): NodeJS.ProcessEnv {
  if (existsSync('.env')) loadEnvFile('.env');
  return process.env;
}
