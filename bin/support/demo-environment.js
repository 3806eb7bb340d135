import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ADMIN, DOCTOR, PATIENT, STAFF } from './demo-accounts.js';
import { plainEnvironment } from './environment.js';

/** Settings that the caller's environment may override, with the demo's defaults. */
const DEFAULTS = {
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
 * @param {string} dir where the demo keeps its data
 */
export function demoEnvironment({ port, databaseUrl, redisUrl, smtpUrl }, dir) {
  const options = Object.entries(DEFAULTS).map(([name, value]) => [name, process.env[name] || value]);
  return {
    ...plainEnvironment(),
    .../** @type {typeof DEFAULTS} */ (Object.fromEntries(options)),
    NODE_ENV: 'development',
    HOST: '127.0.0.1',
    PORT: String(port),
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    SMTP_URL: smtpUrl,
    // Kept, so that tokens stay valid when the demo is restarted.
    JWT_SECRET: secretIn(join(dir, 'jwt-secret')),
    ADMIN_EMAIL: ADMIN.email,
    ADMIN_PASSWORD: ADMIN.password,
  };
}

/**
 * @param {string} file
 * @returns the random secret in that file, which is created the first time
 */
export function secretIn(file) {
  if (!existsSync(file)) writeFileSync(file, randomBytes(32).toString('hex'), { mode: 0o600 });
  return readFileSync(file, 'utf8').trim();
}

/**
 * Writes the demo's addresses and accounts into a file for shells and scripts.
 *
 * @param {string} file
 * @param {Omit<Addresses, 'port'> & { baseUrl: string, mailboxUrl?: string | undefined }} addresses
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
    STAFF_EMAIL: STAFF.email,
    STAFF_PASSWORD: STAFF.password,
    DOCTOR_EMAIL: DOCTOR.email,
    DOCTOR_PASSWORD: DOCTOR.password,
    PATIENT_EMAIL: PATIENT.email,
    PATIENT_PASSWORD: PATIENT.password,
  };
  const lines = Object.entries(values).map(([name, value]) => `${name}=${shellQuoted(value)}\n`);
  writeFileSync(file, lines.join(''), { mode: 0o600 });
}

/** @param {string} value */
function shellQuoted(value) {
  return /^[\w@%+=:,./-]*$/.test(value) ? value : `'${value.replaceAll("'", String.raw`'\''`)}'`;
}
