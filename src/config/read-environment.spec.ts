import { describe, expect, test } from 'vitest';
import { problemsOf, problemsWhen, read, VALID } from '../../test/support/configuration.js';
import { ApiEnvironment } from './api.environment.js';
import { DatabaseEnvironment } from './database.environment.js';
import { IntegrityEnvironment } from './integrity.environment.js';
import { ConfigurationError, readEnvironment } from './read-environment.js';
import { WorkerEnvironment } from './worker.environment.js';

const INVALID: Record<string, string[]> = {
  NODE_ENV: ['prod', 'PRODUCTION'],
  DATABASE_URL: [
    'postgres://127.0.0.1/clinica',
    'mysql://127.0.0.1',
    'mysql://127.0.0.1/',
    'mysql://a,,b/c',
    'clinica',
  ],
  DATABASE_POOL_SIZE: ['0', '1', '1001', 'many', '2.5', '-5'],
  DATABASE_TIMEOUT_SECONDS: ['0', '4', '86401', 'never'],
  REDIS_URL: [
    'redis+sentinel://127.0.0.1',
    'http://127.0.0.1:6379',
    '127.0.0.1:6379',
    'redis://127.0.0.1/clinica',
  ],
  SMTP_URL: [
    ...['127.0.0.1:25', 'http://mail.example', 'smtp://', 'smtp://[mail]', 'smtp:mail.example'],
    'smtp://clinic:50%@mail.example',
  ],
  ALLOW_PLAINTEXT: ['*', 'db:3306', 'mysql://db', '10.0.0.0/8', 'a b', 'db,re dis', '*.internal'],
  MAIL_FROM: [
    'appointments@clinica.example',
    'Clinica',
    'Clinica <clinica>',
    'Clinica\r\nBcc: x@y.example <a@b.example>',
  ],
  PORT: ['0', '65536', 'http', '80.5', '-1'],
  DRAIN_SECONDS: ['-1', '301', 'a while'],
  CLINIC_NAME: ['Clinica\r\nBcc: x@y.example', '<b>Clinica</b>', 'x'.repeat(101)],
  CLINIC_TIMEZONE: ['+02:00', 'Mars/Olympus'],
  DEFAULT_LOCALE: ['fr', 'EN', 'en,es'],
  CORS_ORIGINS: [
    ...['*', 'null', 'clinica.example', 'https://a.example,nonsense', 'ftp://a.example'],
    ...['https://a.example/', 'https://a.example/app', 'https://A.example', 'HTTPS://a.example'],
    ...[
      'https://a.example:443',
      'https://user@a.example',
      'http://localhost:x@evil.example',
      'https://*.a.example/',
    ],
  ],
  RATE_LIMIT_ENABLED: ['yes', '1', 'TRUE'],
  TRUST_PROXY: ['true', '1', 'proxy.example', '10.0.0.0/33'],
  API_DOCS: ['yes', 'true', 'private'],
  FRONT_END_URL: [
    ...['clinic.example', 'javascript:alert(1)', 'https:clinic.example', 'https://clinic example'],
    ...['https://u@clinic.example', 'https://:p@clinic.example', 'http://localhost:x@evil.example'],
    ...['https://clinic.example?a', 'https://clinic.example/?', 'https://clinic.example/#a'],
  ],
  EMAIL_VERIFICATION_REQUIRED: ['yes', '1'],
  ADMIN_SECOND_FACTOR_REQUIRED: ['yes', '1'],
  LOG_LEVEL: ['verbose', 'INFO'],
  BOOKING_DAYS: ['-1', '36501', 'ever'],
  NOTIFICATION_DAYS: ['-1', '36501', '0.5'],
  LINK_DAYS: ['-1', '36501', 'ever'],
  AUDIT_EVENT_DAYS: ['-1', '36501', 'ever'],
  AUDIT_ADDRESS_DAYS: ['-1', '36501', 'a year'],
  NOTIFICATION_LEASE_SECONDS: ['0', '3601', 'soon'],
  MAIL_CONCURRENCY: ['0', '101', 'all'],
};

describe('a program requires only the variables that it uses', () => {
  const missing = (Program: new () => DatabaseEnvironment) =>
    problemsWhen(() => readEnvironment(Program, {})).map((problem) => problem.split(' ')[0]);

  test('the migration requires the database', () => {
    expect(missing(DatabaseEnvironment)).toEqual(['DATABASE_URL']);
  });
  test('the integrity check requires the database and Redis', () => {
    expect(missing(IntegrityEnvironment).sort()).toEqual(['DATABASE_URL', 'REDIS_URL']);
  });
  test('the API does not require a mail server', () => {
    expect(missing(ApiEnvironment)).not.toContain('SMTP_URL');
  });
  test('the worker requires a mail server, but no proxies', () => {
    expect(missing(WorkerEnvironment)).not.toContain('TRUST_PROXY');
    expect(missing(WorkerEnvironment)).toContain('SMTP_URL');
  });
});

describe('a valid configuration', () => {
  test('needs only the six variables without a default', () => {
    expect(problemsOf(VALID)).toEqual([]);
    expect(read(VALID)).toMatchObject({
      ...VALID,
      TRUST_PROXY: ['none'],
      NODE_ENV: 'production',
      PORT: 3000,
      HOST: '127.0.0.1',
      CLINIC_TIMEZONE: 'UTC',
      DEFAULT_LOCALE: 'en',
      CORS_ORIGINS: [],
      RATE_LIMIT_ENABLED: true,
      LOG_LEVEL: 'info',
    });
  });
  test('has numbers, booleans and lists converted', () => {
    const found = read({
      ...VALID,
      PORT: '8080',
      RATE_LIMIT_ENABLED: 'false',
      CORS_ORIGINS: 'https://a.example, http://localhost:5173',
      CLINIC_TIMEZONE: 'America/Santiago',
      DEFAULT_LOCALE: 'es',
    });
    expect(found).toMatchObject({
      PORT: 8080,
      RATE_LIMIT_ENABLED: false,
      CORS_ORIGINS: ['https://a.example', 'http://localhost:5173'],
      CLINIC_TIMEZONE: 'America/Santiago',
      DEFAULT_LOCALE: 'es',
    });
  });
  test('treats an empty variable as not set, and ignores unknown ones', () => {
    const found = read({
      ...VALID,
      PORT: '',
      ADMIN_EMAIL: '',
      ADMIN_PASSWORD: '',
      PATH: '/bin',
      HOME: '/',
    });
    expect(found.PORT).toBe(3000);
    expect(found).not.toHaveProperty('PATH');
  });
  test('has both variables of the first admin or neither', () => {
    const admin = { ADMIN_EMAIL: 'admin@clinica.example', ADMIN_PASSWORD: 'a long password' };
    expect(read({ ...VALID, ...admin })).toMatchObject(admin);
    for (const name of ['ADMIN_EMAIL', 'ADMIN_PASSWORD'] as const) {
      expect(problemsOf({ ...VALID, [name]: admin[name] }).join()).toContain(
        'ADMIN_EMAIL and ADMIN_PASSWORD belong together',
      );
    }
    expect(problemsOf({ ...VALID, ...admin, ADMIN_EMAIL: 'admin' }).join()).toContain('ADMIN_EMAIL');
    expect(problemsOf({ ...VALID, ...admin, ADMIN_PASSWORD: 'short' }).join()).toContain('ADMIN_PASSWORD');
  });
});

describe('a missing or invalid variable prevents the start with a list of all problems', () => {
  test('lists all missing variables', () => {
    expect(
      problemsOf({})
        .map((problem) => problem.replace(/:.*/, ''))
        .sort(),
    ).toEqual(
      Object.keys(VALID)
        .map((name) => `${name} is not set`)
        .sort(),
    );
    expect(problemsOf({ ...VALID, JWT_SECRET: '' })).toEqual(['JWT_SECRET is not set']);
  });
  test.each(Object.entries(INVALID))('names %s for each of %j', (name, values) => {
    for (const value of values) {
      const problems = problemsOf({ ...VALID, [name]: value });
      expect(problems, value).not.toEqual([]);
      for (const problem of problems) expect(problem, value).toContain(name);
    }
  });
  test('lists all problems at once, one line each', () => {
    const wrong = Object.fromEntries(Object.entries(INVALID).map(([name, [first]]) => [name, first]));
    const text = new ConfigurationError(problemsOf({ ...VALID, ...wrong, JWT_SECRET: undefined })).message;
    for (const name of [...Object.keys(INVALID), 'JWT_SECRET'])
      expect(text).toMatch(new RegExp(`^  - ${name} `, 'm'));
    expect(text).not.toMatch(/undefined|\bat \w/);
  });
  test('never contains a secret', () => {
    const secret = 'change-me-hunter2';
    const text = problemsOf({
      ...VALID,
      NODE_ENV: 'production',
      JWT_SECRET: secret,
      SMTP_URL: 'smpt://u:hunter2@mail',
    }).join();
    expect(text).toContain('JWT_SECRET');
    expect(text).not.toContain('hunter2');
  });
});
