import { readDatabaseUrl, readRedisUrl, type ServerUrl } from './server-url.js';
import type { DatabaseEnvironment } from './database.environment.js';
import { SAMPLE_PASSWORDS } from './sample-passwords.js';
import { isLoopback, readSmtpUrl } from './web-addresses.js';
import type { WorkerEnvironment } from './worker.environment.js';

/** Whether a setting is unsafe, and the sentence that says what is wrong and what to do. */
export type SafetyCheck = readonly [isUnsafe: boolean, sentence: string];

/** Whether a connection to the host may be in plain text. */
type IsTrusted = (host: string) => boolean;

const SHORTEST_PASSWORD = 12;
const MIN_DIFFERENT = 5;
const MAIL_CATCHER_PORT = '1025';
const MAIL_CATCHERS = /^(maildev|mailhog|mailpit|mailcatcher)(\.|$)/i;

/** Checks the URLs of the servers that the service connects to. */
export function checkServers(environment: DatabaseEnvironment): SafetyCheck[] {
  const {
    ALLOW_PLAINTEXT,
    DATABASE_URL = '',
    REDIS_URL = '',
    SMTP_URL = '',
  }: Partial<DatabaseEnvironment & WorkerEnvironment> = environment;
  const allowed = new Set(Array.isArray(ALLOW_PLAINTEXT) ? ALLOW_PLAINTEXT.map(withoutBrackets) : []);
  const isTrusted: IsTrusted = (host) => isLoopback(host) || allowed.has(withoutBrackets(host));
  return [
    ...checkDatabase(readDatabaseUrl(DATABASE_URL), isTrusted),
    ...checkRedis(readRedisUrl(REDIS_URL), isTrusted),
    ...checkMail(readSmtpUrl(SMTP_URL), isTrusted),
  ];
}

function checkDatabase(database: ReturnType<typeof readDatabaseUrl>, isTrusted: IsTrusted): SafetyCheck[] {
  if (!database) return [];
  const { user, password, tls } = database;
  return [
    [
      user === 'root' || user === '',
      "DATABASE_URL names the database's root user or none: create a user for the service with docs/sql/service.sql, and one for migrations with docs/sql/owner.sql",
    ],
    [
      SAMPLE_PASSWORDS.test(password),
      'DATABASE_URL has a published sample password: give the database user another one',
    ],
    [
      password.length < SHORTEST_PASSWORD,
      `DATABASE_URL has a password of fewer than ${SHORTEST_PASSWORD} characters: give the database user a longer one, for instance from openssl rand -hex 24`,
    ],
    [
      isMonotonous(password),
      `DATABASE_URL has a password of fewer than ${MIN_DIFFERENT} different characters: give the database user another one, for instance from openssl rand -hex 24`,
    ],
    [
      !tls && !areTrusted(database, isTrusted),
      'DATABASE_URL would send patients’ data in plain text to another machine: use mysqls://, or add the host to ALLOW_PLAINTEXT if nobody can eavesdrop on the connection',
    ],
  ];
}

function checkRedis(redis: ReturnType<typeof readRedisUrl>, isTrusted: IsTrusted): SafetyCheck[] {
  if (!redis) return [];
  const { password, tls } = redis;
  const isLocal = areTrusted(redis, isLoopback);
  return [
    [
      password === '' && !isLocal,
      'REDIS_URL has no password for a server on the network: anybody who reaches it could change the queue; set requirepass there, and use redis://:password@host',
    ],
    [
      password !== '' && password.length < SHORTEST_PASSWORD,
      `REDIS_URL has a password of fewer than ${SHORTEST_PASSWORD} characters: set a longer one, for instance from openssl rand -hex 24`,
    ],
    [
      isMonotonous(password),
      `REDIS_URL has a password of fewer than ${MIN_DIFFERENT} different characters: set another one, for instance from openssl rand -hex 24`,
    ],
    [SAMPLE_PASSWORDS.test(password), 'REDIS_URL has a published sample password: set another one'],
    [
      !tls && !areTrusted(redis, isTrusted),
      'REDIS_URL would send its password in plain text to another machine: use rediss://, or add the host to ALLOW_PLAINTEXT if nobody can eavesdrop on the connection',
    ],
  ];
}

function checkMail(mail: URL | undefined, isTrusted: IsTrusted): SafetyCheck[] {
  if (!mail) return [];
  const isEncrypted = mail.protocol === 'smtps:' || mail.searchParams.get('requireTLS') === 'true';
  return [
    [
      mail.port === MAIL_CATCHER_PORT || MAIL_CATCHERS.test(mail.hostname),
      'SMTP_URL names a mail catcher, which delivers nothing: use the server that sends the clinic’s emails',
    ],
    [
      mail.password !== '' && decodeURIComponent(mail.password).length < SHORTEST_PASSWORD,
      `SMTP_URL has a password of fewer than ${SHORTEST_PASSWORD} characters: give that mail account a longer one`,
    ],
    [
      SAMPLE_PASSWORDS.test(mail.password),
      'SMTP_URL has a published sample password: give that mail account another one',
    ],
    [
      !isEncrypted && !isTrusted(mail.hostname),
      'SMTP_URL would send emails in plain text to another machine if an attacker strips STARTTLS: add ?requireTLS=true, use smtps://, or add the host to ALLOW_PLAINTEXT if nobody can eavesdrop on the connection',
    ],
  ];
}

/** Whether a long password has too few different characters; short ones have their own check. */
function isMonotonous(password: string): boolean {
  return password.length >= SHORTEST_PASSWORD && new Set(password).size < MIN_DIFFERENT;
}

function areTrusted({ hosts }: ServerUrl, isTrusted: IsTrusted): boolean {
  return hosts.every(({ host }) => isTrusted(host));
}

function withoutBrackets(host: string): string {
  return host.replace(/^\[|\]$/g, '').toLowerCase();
}
