import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { unsafeAdminPassword } from '../auth/passwords/unsafe-admin-password.js';
import { ApiEnvironment } from './api.environment.js';
import { DatabaseEnvironment } from './database.environment.js';
import { IntegrityEnvironment } from './integrity.environment.js';
import { ConfigurationError, readEnvironment, variablesOf } from './read-environment.js';
import { WorkerEnvironment } from './worker.environment.js';

const VALID = {
  DATABASE_URL: 'mysql://clinica:Zx81-Qm07-Lk42@127.0.0.1:3306/clinica',
  REDIS_URL: 'redis://127.0.0.1:6379',
  SMTP_URL: 'smtp://127.0.0.1:25',
  MAIL_FROM: 'Clinica <appointments@clinica.example>',
  TRUST_PROXY: 'none',
  JWT_SECRET: 'b3Z0mQ8r2WvXk1LpY7sTdN5uHc9JgFaE',
};

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

/** The configuration as the API and the worker read it. */
const read = (variables: NodeJS.ProcessEnv) => ({
  ...readEnvironment(WorkerEnvironment, variables),
  ...readEnvironment(ApiEnvironment, variables, unsafeAdminPassword),
});

/** The problems that prevent the API or the worker from starting. */
function problemsOf(variables: NodeJS.ProcessEnv): readonly string[] {
  const problems = [
    problemsWhen(() => readEnvironment(ApiEnvironment, variables, unsafeAdminPassword)),
    problemsWhen(() => readEnvironment(WorkerEnvironment, variables)),
  ];
  return [...new Set(problems.flat())];
}

function problemsWhen(start: () => unknown): readonly string[] {
  try {
    start();
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigurationError);
    return (error as ConfigurationError).problems;
  }
  return [];
}

/** Every variable, with and without a default. */
function variables(): string[] {
  return [...new Set([...variablesOf(ApiEnvironment), ...variablesOf(WorkerEnvironment)])];
}

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

const LONG = 'Zx81-Qm07-Lk42';
const db = (user: string, password: string, hosts: string, scheme = 'mysql') =>
  `${scheme}://${user}${password && `:${password}`}@${hosts}/clinica`;
const admin = (ADMIN_PASSWORD: string) => ({ ADMIN_EMAIL: 'Ana.Ruiz@clinic.health', ADMIN_PASSWORD });

test.each<[NodeJS.ProcessEnv, string]>([
  [admin('Password123'), 'ADMIN_PASSWORD is one of'],
  [admin('Clinica-2026!'), 'ADMIN_PASSWORD is one of'],
  [admin('ruizana1984'), 'ADMIN_PASSWORD is one of'],
  [admin('demo-admin-password'), 'ADMIN_PASSWORD looks like a sample'],
  [admin('please change me'), 'ADMIN_PASSWORD looks like a sample'],
  [admin('ana.ruiz@clinic.health'), 'ADMIN_PASSWORD is the same as ADMIN_EMAIL'],
  [admin('abca bcaa cbab cabb'), 'ADMIN_PASSWORD has fewer than 5 different characters'],
  [admin('x'.repeat(60)), 'ADMIN_PASSWORD has fewer than 5 different characters'],
  [
    { DATABASE_URL: db('clinica', 'change-me-please', '127.0.0.1') },
    'DATABASE_URL has a published sample password',
  ],
  [
    { DATABASE_URL: db('clinica', 'change%2Dme-please', 'db.example', 'mysqls') },
    'DATABASE_URL has a published sample',
  ],
  [{ DATABASE_URL: db('root', LONG, '127.0.0.1') }, "DATABASE_URL names the database's root user"],
  [
    { DATABASE_URL: db('%72oot', LONG, 'db.example', 'mysqls') },
    "DATABASE_URL names the database's root user",
  ],
  [{ DATABASE_URL: db('', LONG, '127.0.0.1') }, "DATABASE_URL names the database's root user or none"],
  [{ DATABASE_URL: db('clinica', LONG.slice(0, 11), '127.0.0.1') }, 'fewer than 12 characters'],
  [{ DATABASE_URL: db('clinica', '', 'localhost') }, 'fewer than 12 characters'],
  [{ DATABASE_URL: db('clinica', '%41%42%43%44%45', 'localhost') }, 'fewer than 12 characters'],
  [{ DATABASE_URL: db('clinica', LONG, 'db.example') }, 'DATABASE_URL would send'],
  [{ DATABASE_URL: db('clinica', LONG, '127.0.0.1,10.0.0.2') }, 'DATABASE_URL would send'],
  [{ DATABASE_URL: db('clinica', LONG, '127.evil.example') }, 'DATABASE_URL would send'],
  [
    { DATABASE_URL: db('clinica', LONG, 'db.internal'), ALLOW_PLAINTEXT: 'internal' },
    'DATABASE_URL would send',
  ],
  [{ DATABASE_URL: db('clinica', LONG, 'a,b'), ALLOW_PLAINTEXT: 'a' }, 'DATABASE_URL would send'],
  [{ REDIS_URL: 'rediss://cache.example' }, 'REDIS_URL has no password'],
  [{ REDIS_URL: 'rediss://user@cache.example' }, 'REDIS_URL has no password'],
  [{ REDIS_URL: 'rediss+sentinel://127.0.0.1,10.0.0.2/main' }, 'REDIS_URL has no password'],
  [{ REDIS_URL: 'redis://cache.example', ALLOW_PLAINTEXT: 'cache.example' }, 'REDIS_URL has no password'],
  [{ REDIS_URL: `redis://:${LONG}@cache.example` }, 'REDIS_URL would send'],
  [{ REDIS_URL: `redis+sentinel://:${LONG}@127.0.0.1,10.0.0.2/main` }, 'REDIS_URL would send'],
  [{ REDIS_URL: 'redis://:hunter2@127.0.0.1' }, 'REDIS_URL has a password of fewer'],
  [{ REDIS_URL: 'redis://:change-me-please@127.0.0.1' }, 'REDIS_URL has a published sample password'],
  [{ REDIS_URL: 'redis://:abcdabcdabcd@127.0.0.1' }, 'REDIS_URL has a password of fewer than 5 different'],
  [{ DATABASE_URL: db('clinica', 'abcdabcdabcd', '127.0.0.1') }, 'password of fewer than 5 different'],
  [{ DATABASE_URL: db('clinica', '%61bcdabcdabcd', '127.0.0.1') }, 'password of fewer than 5 different'],
  [{ NODE_TLS_REJECT_UNAUTHORIZED: '0' }, 'NODE_TLS_REJECT_UNAUTHORIZED is 0'],
  [{ SMTP_URL: 'smtp://mail.example' }, 'SMTP_URL would send'],
  [{ SMTP_URL: `smtp://clinic:${LONG}@mail.example:587` }, 'SMTP_URL would send'],
  [{ SMTP_URL: `smtp://clinic:${LONG}@mail.example?requireTLS=yes` }, 'SMTP_URL would send'],
  [{ SMTP_URL: 'smtp://[2001:db8::25]' }, 'SMTP_URL would send'],
  [{ SMTP_URL: 'smtps://clinic:hunter2@mail.example' }, 'SMTP_URL has a password of fewer'],
  [{ SMTP_URL: 'smtps://clinic:change-me-please@mail.example' }, 'SMTP_URL has a published sample password'],
  [{ SMTP_URL: 'smtp://127.0.0.1:1025' }, 'SMTP_URL names a mail catcher'],
  [{ SMTP_URL: 'smtps://mail.example:1025' }, 'SMTP_URL names a mail catcher'],
  [{ SMTP_URL: 'smtp://MailDev?requireTLS=true' }, 'SMTP_URL names a mail catcher'],
  [
    { SMTP_URL: 'smtp://mailpit.internal', ALLOW_PLAINTEXT: 'mailpit.internal' },
    'SMTP_URL names a mail catcher',
  ],
  [{ CORS_ORIGINS: 'https://a.example,http://b.example' }, 'CORS_ORIGINS has an origin without TLS'],
  [{ CORS_ORIGINS: 'http://localhost.evil.example' }, 'CORS_ORIGINS has an origin without TLS'],
  [{ FRONT_END_URL: 'http://clinic.example' }, 'FRONT_END_URL is without TLS'],
  [{ FRONT_END_URL: 'HTTP://clinic.example' }, 'FRONT_END_URL is without TLS'],
  ...[
    '10.0.0.1,0.0.0.0/0',
    '::/0',
    '0.0.0.0/1',
    '10.0.0.0/23',
    '2000::/3',
    'fc00::/63',
    '::ffff:0:0/96',
    '::ffff:10.0.0.0/119',
    'uniquelocal',
    '127.0.0.0/1',
    '127.0.0.1/0',
    '127.0.0.0/7',
    '::1/0',
    '::1/63',
    '::ffff:127.0.0.1/96',
  ].map((TRUST_PROXY): [NodeJS.ProcessEnv, string] => [
    { TRUST_PROXY },
    'TRUST_PROXY trusts a network wider',
  ]),
  [{ TRUST_PROXY: '' }, 'TRUST_PROXY is not set'],
  [{ TRUST_PROXY: 'none,10.0.0.1' }, 'TRUST_PROXY names proxies and none'],
  ...[
    { HOST: '0.0.0.0' },
    { HOST: '::' },
    { TRUST_PROXY: '127.0.0.1' },
    { TRUST_PROXY: 'loopback', HOST: '::1' },
    { TRUST_PROXY: '10.0.0.1' },
  ].map((reached): [NodeJS.ProcessEnv, string] => [
    { RATE_LIMIT_ENABLED: 'false', ...reached },
    'RATE_LIMIT_ENABLED is false although the network reaches',
  ]),
  [{ LOG_LEVEL: 'silent' }, 'LOG_LEVEL is silent'],
])('%j starts in development; production refuses it with its own sentence', (unsafe, sentence) => {
  expect(problemsOf({ ...VALID, ...unsafe, NODE_ENV: 'development' })).toEqual([]);
  const problems = problemsOf({ ...VALID, ...unsafe, NODE_ENV: 'production' });
  expect(problems).toHaveLength(1);
  expect(problemsOf({ ...VALID, ...unsafe })).toEqual(problems);
  expect(problems[0]).toContain(sentence);
});

test.each<[NodeJS.ProcessEnv]>([
  [admin('a long password')],
  [{ DATABASE_URL: db('clinica', LONG, '127.0.0.1'), REDIS_URL: 'redis://localhost', HOST: '::1' }],
  [{ DATABASE_URL: db('clinica', LONG, '127.0.0.1:1,127.0.0.1:2') }],
  [{ DATABASE_URL: db('clinica', LONG, 'db.example,db2.example', 'mysqls') }],
  [{ DATABASE_URL: db('clinica', LONG, 'DB.internal'), ALLOW_PLAINTEXT: 'db.INTERNAL' }],
  [{ DATABASE_URL: db('clinica', LONG, 'a:3306,b:3307'), ALLOW_PLAINTEXT: 'b, a, c' }],
  [{ DATABASE_URL: db('clinica', LONG, '[fd00::1]'), ALLOW_PLAINTEXT: 'fd00::1' }],
  [{ REDIS_URL: `redis://:${LONG}@redis`, ALLOW_PLAINTEXT: 'redis' }],
  [
    {
      REDIS_URL: 'redis://:abcdeabcdeab@127.0.0.1',
      DATABASE_URL: db('clinica', 'abcdeabcdeab', 'localhost'),
    },
  ],
  [{ NODE_TLS_REJECT_UNAUTHORIZED: '1' }],
  [{ NODE_TLS_REJECT_UNAUTHORIZED: '' }],
  [{ REDIS_URL: `rediss+sentinel://:${LONG}@10.0.0.1,10.0.0.2/main` }],
  [{ REDIS_URL: 'redis+sentinel://127.0.0.1:1,127.0.0.1:2/main' }],
  [{ SMTP_URL: `smtp://clinic:${LONG}@mail.example?requireTLS=true` }],
  [{ SMTP_URL: `smtps://clinic:${LONG}@mail.example` }],
  [{ SMTP_URL: `smtp://clinic:${LONG}@127.0.0.1` }],
  [{ SMTP_URL: 'smtp://relay.internal', ALLOW_PLAINTEXT: 'relay.internal' }],
  [{ SMTP_URL: 'smtp://[fd00::25]:25', ALLOW_PLAINTEXT: '[fd00::25]' }],
  [{ SMTP_URL: 'smtps://smtp.mailbox.example' }],
  [{ TRUST_PROXY: '10.0.0.0/24,fc00::/64,::ffff:10.0.0.0/120,loopback,127.0.0.0/8,192.0.2.1,2001:db8::1' }],
  [{ TRUST_PROXY: '127.0.0.1/32,127.1.2.0/24,::1,::1/128,::ffff:127.0.0.0/120' }],
  [{ FRONT_END_URL: 'https://clinic.example:8443/app/', CORS_ORIGINS: 'https://clinic.example:8443' }],
  [{ RATE_LIMIT_ENABLED: 'false' }],
  [{ RATE_LIMIT_ENABLED: 'false', HOST: '::1' }],
])('%j starts in production', (safe) => {
  expect(problemsOf({ ...VALID, ...safe, NODE_ENV: 'production' })).toEqual([]);
});

test.each(['http://localhost:5173', 'http://127.0.0.1:5173', 'http://[::1]:5173'])(
  'a loopback URL needs no TLS: %s',
  (url) => {
    const local = { CORS_ORIGINS: url, FRONT_END_URL: url };
    expect(problemsOf({ ...VALID, ...local, NODE_ENV: 'production' })).toEqual([]);
  },
);

describe('JWT_SECRET', () => {
  // Estimating a secret takes some milliseconds, so one program is enough.
  const inProduction = (JWT_SECRET: string) =>
    problemsWhen(() => readEnvironment(WorkerEnvironment, { ...VALID, JWT_SECRET }));

  test('may be a random secret of 32 characters', () => {
    expect(inProduction(VALID.JWT_SECRET)).toEqual([]);
    expect(inProduction(VALID.JWT_SECRET.repeat(2))).toEqual([]);
  });
  test('may be any random secret', () => {
    const bytes = fc.noBias(fc.uint8Array({ minLength: 32, maxLength: 32 }));
    fc.assert(
      fc.property(bytes, (random) => {
        const buffer = Buffer.from(random);
        for (const encoding of ['hex', 'base64', 'base64url'] as const)
          expect(inProduction(buffer.toString(encoding))).toEqual([]);
        expect(inProduction(buffer.toString('hex', 0, 16))).toEqual([]);
      }),
      { endOnFailure: true },
    );
  });
  test('is too short in production with 31 characters', () => {
    expect(inProduction(VALID.JWT_SECRET.slice(1)).join()).toContain('JWT_SECRET is too short');
  });
  test.each([
    'change-me',
    'change-me-change-me-change-me-change-me',
    'your-256-bit-secret-your-256-bit-secret',
    'this-is-an-example-of-a-long-enough-key!',
    'a'.repeat(64),
    '12345678'.repeat(8),
    'replace-me-with-a-long-random-string',
    'your-jwt-key-goes-here-put-it-here-now',
    '12345678901234567890123456789012',
    'abcdefghijklmnopqrstuvwxyz012345',
    'qwertyuiopasdfghjklzxcvbnmqwertyui',
    '0123456789abcdef0123456789abcdef',
  ])('cannot be a sample: %s', (secret) => {
    expect(inProduction(secret).join()).toContain('JWT_SECRET looks like a sample');
  });
  test.each(['purple-monkey-dishwasher-elephant-marmalade', 'OurClinicInMadridOpensEveryMorning'])(
    'cannot be a phrase: %s',
    (secret) => {
      expect(inProduction(secret)).toEqual([expect.stringContaining('JWT_SECRET is made of words')]);
    },
  );
  test('may be a phrase only as the former secret', () => {
    const phrase = 'purple-monkey-dishwasher-elephant-marmalade';
    expect(inProduction(`${VALID.JWT_SECRET},${phrase}`)).toEqual([]);
    expect(inProduction(`${phrase},${VALID.JWT_SECRET}`).join()).toContain('JWT_SECRET is made of words');
  });
  test('cannot be that of .env.example', () => {
    expect(inProduction(samples().JWT_SECRET!)).not.toEqual([]);
  });
  test('may be two good secrets, for a key rotation', () => {
    const other = [...VALID.JWT_SECRET].reverse().join('');
    expect(inProduction(`${other},${VALID.JWT_SECRET}`)).toEqual([]);
    expect(inProduction(`${other}, ${VALID.JWT_SECRET}`)).toEqual([]);
    expect(inProduction(`${other},${VALID.JWT_SECRET.slice(1)}`).join()).toContain('JWT_SECRET is too short');
    expect(inProduction(`${other},${'a'.repeat(64)}`).join()).toContain('JWT_SECRET looks like a sample');
  });
  test.each(['a,b,c', ',', 'a,', ',b', 'a, ,b'])(
    'cannot be %j, which is not one secret or two',
    (JWT_SECRET) => {
      expect(problemsOf({ ...VALID, JWT_SECRET }).join()).toContain('JWT_SECRET must be one secret');
    },
  );
  test('may be anything outside production', () => {
    for (const NODE_ENV of ['development', 'test'])
      expect(problemsOf({ ...VALID, NODE_ENV, JWT_SECRET: 'change-me' })).toEqual([]);
  });
  test.each([{}, { NODE_ENV: '' }])(
    'is checked without NODE_ENV too, which means production: %j',
    (unset) => {
      expect(problemsOf({ ...VALID, ...unset, JWT_SECRET: 'change-me' })).not.toEqual([]);
      expect(read({ ...VALID, ...unset }).NODE_ENV).toBe('production');
    },
  );
});

const exampleLines = () => readFileSync(new URL('../../.env.example', import.meta.url), 'utf8').split('\n');

/** The variables of .env.example that have a value there. */
function samples(): Record<string, string> {
  const pairs = exampleLines().map((line) => /^([A-Z_]+)=(.+)$/.exec(line));
  return Object.fromEntries(pairs.filter((pair) => pair !== null).map(([, name, value]) => [name!, value!]));
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
