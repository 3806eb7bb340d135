import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ADMIN, DOCTOR, PATIENT } from './demo-accounts.js';

/** The folder of the checkout. */
export const ROOT = resolve(import.meta.dirname, '../..');

// What a program needs of the caller's shell. Everything else stays out: a NODE_OPTIONS, a DATABASE_URL of another
// project or a PORT must not change what the demo shows or what the tests find.
const PLAIN = /^(PATH|HOME|USER|LOGNAME|SHELL|TMPDIR|TZ|LANG|LC_.*|TERM|COLORTERM|NO_COLOR|FORCE_COLOR|CI)$/;

/** @returns {NodeJS.ProcessEnv} the caller's environment without anything that would configure Clinica or Node */
export function plainEnvironment() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => PLAIN.test(name)));
}

// What a person may set to see the demo in another light.
const CHOICES = {
  RATE_LIMIT_ENABLED: 'true',
  LOG_LEVEL: 'info',
  CLINIC_NAME: 'Clinica Demo',
  CLINIC_TIMEZONE: 'Europe/Madrid',
  DEFAULT_LOCALE: 'en',
  MAIL_FROM: 'Clinica <appointments@clinica.example>',
  CORS_ORIGINS: '',
};

/**
 * @typedef {object} Addresses
 * @property {number} port of the API
 * @property {string} databaseUrl
 * @property {string} redisUrl
 * @property {string} smtpUrl
 *
 * @param {Addresses} addresses
 * @param {string} dir where the demo's state lives
 * @returns {NodeJS.ProcessEnv} for the programs of the service
 */
export function demoEnvironment({ port, databaseUrl, redisUrl, smtpUrl }, dir) {
  const chosen = Object.entries(CHOICES).map(
    ([name, usual]) => /** @type {const} */ ([name, process.env[name] || usual]),
  );
  return {
    ...plainEnvironment(),
    ...Object.fromEntries(chosen),
    NODE_ENV: 'development',
    HOST: '127.0.0.1',
    PORT: String(port),
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    SMTP_URL: smtpUrl,
    JWT_SECRET: jwtSecret(join(dir, 'jwt-secret')),
    ADMIN_EMAIL: ADMIN.email,
    ADMIN_PASSWORD: ADMIN.password,
  };
}

/**
 * Kept, so that a token outlives a restart of the demo.
 *
 * @param {string} file
 */
function jwtSecret(file) {
  if (!existsSync(file)) writeFileSync(file, randomBytes(48).toString('hex'), { mode: 0o600 });
  return readFileSync(file, 'utf8').trim();
}

/**
 * Writes the demo's addresses and accounts for a shell or a script to read.
 *
 * @param {string} file
 * @param {Addresses & { baseUrl: string, mailboxUrl?: string }} addresses
 */
export function writeDemoEnv(file, { baseUrl, databaseUrl, redisUrl, smtpUrl, mailboxUrl = '' }) {
  const values = {
    BASE_URL: baseUrl,
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    SMTP_URL: smtpUrl,
    MAILBOX_URL: mailboxUrl,
    ADMIN_EMAIL: ADMIN.email,
    ADMIN_PASSWORD: ADMIN.password,
    DOCTOR_EMAIL: DOCTOR.email,
    DOCTOR_PASSWORD: DOCTOR.password,
    PATIENT_EMAIL: PATIENT.email,
    PATIENT_PASSWORD: PATIENT.password,
  };
  const lines = Object.entries(values).map(([name, value]) => `${name}=${quoted(value)}\n`);
  writeFileSync(file, lines.join(''), { mode: 0o600 });
}

/** @param {string} value */
function quoted(value) {
  return /^[\w@%+=:,./-]*$/.test(value) ? value : `'${value.replaceAll("'", String.raw`'\''`)}'`;
}
