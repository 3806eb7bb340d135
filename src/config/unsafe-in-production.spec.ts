import { expect, test } from 'vitest';
import { problemsOf, VALID } from '../../test/support/configuration.js';

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
