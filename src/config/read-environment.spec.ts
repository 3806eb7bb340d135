import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { unsafeAdmin } from '../auth/passwords/unsafe-admin.js';
import { ApiEnvironment } from './api.environment.js';
import { DatabaseEnvironment } from './database.environment.js';
import { IntegrityEnvironment } from './integrity.environment.js';
import { ConfigurationError, readEnvironment, variablesOf } from './read-environment.js';
import { WorkerEnvironment } from './worker.environment.js';

const GOOD = {
  DATABASE_URL: 'mysql://clinica:Zx81-Qm07-Lk42@127.0.0.1:3306/clinica',
  REDIS_URL: 'redis://127.0.0.1:6379',
  SMTP_URL: 'smtp://127.0.0.1:25',
  MAIL_FROM: 'Clinica <appointments@clinica.example>',
  TRUST_PROXY: 'none',
  JWT_SECRET: 'b3Z0mQ8r2WvXk1LpY7sTdN5uHc9JgFaE',
};

const WRONG: Record<string, string[]> = {
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

/** As API and worker read it. */
const read = (variables: NodeJS.ProcessEnv) => ({
  ...readEnvironment(WorkerEnvironment, variables),
  ...readEnvironment(ApiEnvironment, variables, unsafeAdmin),
});

/** What keeps the API or the worker from starting. */
function problemsOf(variables: NodeJS.ProcessEnv): readonly string[] {
  const problems = [
    problemsWhen(() => readEnvironment(ApiEnvironment, variables, unsafeAdmin)),
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

/** Every variable there is, whether it has a default or not. */
function variables(): string[] {
  return [...new Set([...variablesOf(ApiEnvironment), ...variablesOf(WorkerEnvironment)])];
}

describe('a program needs no more than it uses', () => {
  const missing = (Program: new () => DatabaseEnvironment) =>
    problemsWhen(() => readEnvironment(Program, {})).map((problem) => problem.split(' ')[0]);

  test('the migration: the database', () => {
    expect(missing(DatabaseEnvironment)).toEqual(['DATABASE_URL']);
  });
  test('the integrity check: the database and Redis', () => {
    expect(missing(IntegrityEnvironment).sort()).toEqual(['DATABASE_URL', 'REDIS_URL']);
  });
  test('the API: no mail server', () => {
    expect(missing(ApiEnvironment)).not.toContain('SMTP_URL');
  });
  test('the worker: no proxies', () => {
    expect(missing(WorkerEnvironment)).not.toContain('TRUST_PROXY');
    expect(missing(WorkerEnvironment)).toContain('SMTP_URL');
  });
});

describe('what is right', () => {
  test('the six variables without a default are enough', () => {
    expect(problemsOf(GOOD)).toEqual([]);
    expect(read(GOOD)).toMatchObject({
      ...GOOD,
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
  test('numbers, choices and lists are read as what they mean', () => {
    const found = read({
      ...GOOD,
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
  test('an empty variable counts as not set, and variables of others are left alone', () => {
    const found = read({
      ...GOOD,
      PORT: '',
      ADMIN_EMAIL: '',
      ADMIN_PASSWORD: '',
      PATH: '/bin',
      HOME: '/',
    });
    expect(found.PORT).toBe(3000);
    expect(found).not.toHaveProperty('PATH');
  });
  test('the first admin: both or neither', () => {
    const admin = { ADMIN_EMAIL: 'admin@clinica.example', ADMIN_PASSWORD: 'a long password' };
    expect(read({ ...GOOD, ...admin })).toMatchObject(admin);
    for (const name of ['ADMIN_EMAIL', 'ADMIN_PASSWORD'] as const) {
      expect(problemsOf({ ...GOOD, [name]: admin[name] }).join()).toContain(
        'ADMIN_EMAIL and ADMIN_PASSWORD belong together',
      );
    }
    expect(problemsOf({ ...GOOD, ...admin, ADMIN_EMAIL: 'admin' }).join()).toContain('ADMIN_EMAIL');
    expect(problemsOf({ ...GOOD, ...admin, ADMIN_PASSWORD: 'short' }).join()).toContain('ADMIN_PASSWORD');
  });
});

describe('a missing or wrong variable ends the start with a list of all that is wrong', () => {
  test('all that are missing', () => {
    expect(
      problemsOf({})
        .map((problem) => problem.replace(/:.*/, ''))
        .sort(),
    ).toEqual(
      Object.keys(GOOD)
        .map((name) => `${name} is not set`)
        .sort(),
    );
    expect(problemsOf({ ...GOOD, JWT_SECRET: '' })).toEqual(['JWT_SECRET is not set']);
  });
  test.each(Object.entries(WRONG))('%s: %j', (name, values) => {
    for (const value of values) {
      const problems = problemsOf({ ...GOOD, [name]: value });
      expect(problems, value).not.toEqual([]);
      for (const problem of problems) expect(problem, value).toContain(name);
    }
  });
  test('all at once, with a line for each', () => {
    const wrong = Object.fromEntries(Object.entries(WRONG).map(([name, [first]]) => [name, first]));
    const text = new ConfigurationError(problemsOf({ ...GOOD, ...wrong, JWT_SECRET: undefined })).message;
    for (const name of [...Object.keys(WRONG), 'JWT_SECRET'])
      expect(text).toMatch(new RegExp(`^  - ${name} `, 'm'));
    expect(text).not.toMatch(/undefined|\bat \w/);
  });
  test('and never with the secret itself', () => {
    const secret = 'change-me-hunter2';
    const text = problemsOf({
      ...GOOD,
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
  [{ DATABASE_URL: db('clinica', 'change-me-please', '127.0.0.1') }, 'DATABASE_URL has a sample password'],
  [
    { DATABASE_URL: db('clinica', 'change%2Dme-please', 'db.example', 'mysqls') },
    'DATABASE_URL has a sample',
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
  [{ REDIS_URL: 'redis://:change-me-please@127.0.0.1' }, 'REDIS_URL has a sample password'],
  [{ REDIS_URL: 'redis://:abcdabcdabcd@127.0.0.1' }, 'REDIS_URL has a password of fewer than 5 different'],
  [{ DATABASE_URL: db('clinica', 'abcdabcdabcd', '127.0.0.1') }, 'password of fewer than 5 different'],
  [{ DATABASE_URL: db('clinica', '%61bcdabcdabcd', '127.0.0.1') }, 'password of fewer than 5 different'],
  [{ NODE_TLS_REJECT_UNAUTHORIZED: '0' }, 'NODE_TLS_REJECT_UNAUTHORIZED is 0'],
  [{ SMTP_URL: 'smtp://mail.example' }, 'SMTP_URL would send'],
  [{ SMTP_URL: `smtp://clinic:${LONG}@mail.example:587` }, 'SMTP_URL would send'],
  [{ SMTP_URL: `smtp://clinic:${LONG}@mail.example?requireTLS=yes` }, 'SMTP_URL would send'],
  [{ SMTP_URL: 'smtp://[2001:db8::25]' }, 'SMTP_URL would send'],
  [{ SMTP_URL: 'smtps://clinic:hunter2@mail.example' }, 'SMTP_URL has a password of fewer'],
  [{ SMTP_URL: 'smtps://clinic:change-me-please@mail.example' }, 'SMTP_URL has a sample password'],
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
    'TRUST_PROXY believes everybody in a network',
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
    'RATE_LIMIT_ENABLED is false while the network reaches',
  ]),
  [{ LOG_LEVEL: 'silent' }, 'LOG_LEVEL is silent'],
])('%j starts on a laptop; in production it is refused with its own sentence', (unsafe, sentence) => {
  expect(problemsOf({ ...GOOD, ...unsafe, NODE_ENV: 'development' })).toEqual([]);
  const problems = problemsOf({ ...GOOD, ...unsafe, NODE_ENV: 'production' });
  expect(problems).toHaveLength(1);
  expect(problemsOf({ ...GOOD, ...unsafe })).toEqual(problems);
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
  expect(problemsOf({ ...GOOD, ...safe, NODE_ENV: 'production' })).toEqual([]);
});

test.each(['http://localhost:5173', 'http://127.0.0.1:5173', 'http://[::1]:5173'])(
  'what stays on the machine needs no TLS: %s',
  (url) => {
    const local = { CORS_ORIGINS: url, FRONT_END_URL: url };
    expect(problemsOf({ ...GOOD, ...local, NODE_ENV: 'production' })).toEqual([]);
  },
);

describe('with NODE_ENV=production a short or sample JWT_SECRET is refused', () => {
  // Estimating a secret takes some milliseconds, so one program is enough.
  const inProduction = (JWT_SECRET: string) =>
    problemsWhen(() => readEnvironment(WorkerEnvironment, { ...GOOD, JWT_SECRET }));

  test('a random one of 32 characters is fine', () => {
    expect(inProduction(GOOD.JWT_SECRET)).toEqual([]);
    expect(inProduction(GOOD.JWT_SECRET.repeat(2))).toEqual([]);
  });
  test('so is whatever chance makes', () => {
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
  test('one of 31 characters is too short', () => {
    expect(inProduction(GOOD.JWT_SECRET.slice(1)).join()).toContain('JWT_SECRET is too short');
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
  ])('a sample: %s', (secret) => {
    expect(inProduction(secret).join()).toContain('JWT_SECRET looks like a sample');
  });
  test.each(['purple-monkey-dishwasher-elephant-marmalade', 'OurClinicInMadridOpensEveryMorning'])(
    'a phrase: %s',
    (secret) => {
      expect(inProduction(secret)).toEqual([expect.stringContaining('JWT_SECRET is made of words')]);
    },
  );
  test('a phrase may be rotated out, and not in', () => {
    const phrase = 'purple-monkey-dishwasher-elephant-marmalade';
    expect(inProduction(`${GOOD.JWT_SECRET},${phrase}`)).toEqual([]);
    expect(inProduction(`${phrase},${GOOD.JWT_SECRET}`).join()).toContain('JWT_SECRET is made of words');
  });
  test('the one of .env.example', () => {
    expect(inProduction(samples().JWT_SECRET!)).not.toEqual([]);
  });
  test('while keys are rotated there are two, and both must be good', () => {
    const other = [...GOOD.JWT_SECRET].reverse().join('');
    expect(inProduction(`${other},${GOOD.JWT_SECRET}`)).toEqual([]);
    expect(inProduction(`${other}, ${GOOD.JWT_SECRET}`)).toEqual([]);
    expect(inProduction(`${other},${GOOD.JWT_SECRET.slice(1)}`).join()).toContain('JWT_SECRET is too short');
    expect(inProduction(`${other},${'a'.repeat(64)}`).join()).toContain('JWT_SECRET looks like a sample');
  });
  test.each(['a,b,c', ',', 'a,', ',b', 'a, ,b'])('%j are not one secret or two', (JWT_SECRET) => {
    expect(problemsOf({ ...GOOD, JWT_SECRET }).join()).toContain('JWT_SECRET must be one secret');
  });
  test('elsewhere any will do', () => {
    for (const NODE_ENV of ['development', 'test'])
      expect(problemsOf({ ...GOOD, NODE_ENV, JWT_SECRET: 'change-me' })).toEqual([]);
  });
  test.each([{}, { NODE_ENV: '' }])('no NODE_ENV means production: %j', (unset) => {
    expect(problemsOf({ ...GOOD, ...unset, JWT_SECRET: 'change-me' })).not.toEqual([]);
    expect(read({ ...GOOD, ...unset }).NODE_ENV).toBe('production');
  });
});

const exampleLines = () => readFileSync(new URL('../../.env.example', import.meta.url), 'utf8').split('\n');

/** The variables of .env.example that have a value there. */
function samples(): Record<string, string> {
  const pairs = exampleLines().map((line) => /^([A-Z_]+)=(.+)$/.exec(line));
  return Object.fromEntries(pairs.filter((pair) => pair !== null).map(([, name, value]) => [name!, value!]));
}

describe('.env.example', () => {
  test('has every variable once, and one line about it above', () => {
    const lines = exampleLines();
    for (const name of variables()) {
      const places = lines.flatMap((line, index) => (line.startsWith(`${name}=`) ? [index] : []));
      expect(places, name).toHaveLength(1);
      // Two that belong together share their line.
      const above = lines.slice(0, places[0]).findLast((line) => !/^ADMIN_/.test(line));
      expect(above, name).toMatch(/^# \S.{10,}/);
    }
  });
  test('starts as it is, and in production with a secret and a password of one’s own', () => {
    expect(problemsOf({ ...samples(), NODE_ENV: 'development' })).toEqual([]);
    const inProduction: NodeJS.ProcessEnv = { ...samples(), NODE_ENV: 'production' };
    const refused = problemsOf(inProduction).map((problem) => problem.split(' ')[0]);
    expect([...new Set(refused)].sort()).toEqual(['DATABASE_URL', 'JWT_SECRET', 'SMTP_URL']);
    for (const name of ['DATABASE_URL', 'SMTP_URL'])
      inProduction[name] = inProduction[name]!.replace('change-me', LONG);
    expect(problemsOf({ ...inProduction, JWT_SECRET: GOOD.JWT_SECRET })).toEqual([]);
  });
  test('names the defaults that there are', () => {
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
  /** What .env says of these is for a clinic without containers. */
  const SET_THERE: Record<string, RegExp> = {
    // The names of its own servers, and their users with passwords from .env.
    DATABASE_URL:
      /^mysql:\/\/(clinica:\$\{MYSQL_PASSWORD|clinica_owner:\$\{MYSQL_OWNER_PASSWORD):\?.*@mysql:3306\/clinica$/,
    REDIS_URL: /^redis:\/\/:\$\{REDIS_PASSWORD:\?.*@redis:6379$/,
    ALLOW_PLAINTEXT: /^mysql,redis,\$\{ALLOW_PLAINTEXT:-\}$/,
    // Inside its container; outside, PORT is where Docker listens.
    HOST: /^0\.0\.0\.0$/,
    PORT: /^'3000'$/,
    HEARTBEAT_FILE: /^\/tmp\/heartbeat$/,
  };

  test.each(variables())('passes %s on', (name) => {
    const values = [...text.matchAll(new RegExp(`^ {4,6}${name}: (.*)$`, 'gm'))].map(([, value]) => value!);
    expect(values).not.toEqual([]);
    for (const value of values)
      expect(value).toMatch(SET_THERE[name] ?? new RegExp(`^\\$\\{${name}:[-?].*\\}$`));
  });

  test('asks for no variable that .env.example does not name', () => {
    const asked = [...text.matchAll(/(?<!\$)\$\{(\w+)/g)].map(([, name]) => name!);
    for (const name of asked.filter((each) => each !== 'MAILBOX_PORT'))
      expect(
        exampleLines().some((line) => line.startsWith(`${name}=`)),
        name,
      ).toBe(true);
  });
});
