import { readDatabaseUrl, readRedisUrl, type ServerUrl } from './server-url.js';
import type { DatabaseEnvironment } from './database.environment.js';
import { SAMPLE_PASSWORDS } from './sample-passwords.js';
import { isLoopback, readSmtpUrl } from './web-addresses.js';
import type { WorkerEnvironment } from './worker.environment.js';

/** Whether something is unsafe, and the sentence that says so and what to do. */
export type Judgement = readonly [isUnsafe: boolean, sentence: string];

/** Whether text may go to a host in clear. */
type IsTrusted = (host: string) => boolean;

const SHORTEST_PASSWORD = 12;
const FEWEST_DIFFERENT = 5;
const MAIL_CATCHER_PORT = '1025';
const MAIL_CATCHERS = /^(maildev|mailhog|mailpit|mailcatcher)(\.|$)/i;

/** What must not be so of the servers that the service connects to. */
export function ofServers(environment: DatabaseEnvironment): Judgement[] {
  const {
    ALLOW_PLAINTEXT,
    DATABASE_URL = '',
    REDIS_URL = '',
    SMTP_URL = '',
  }: Partial<DatabaseEnvironment & WorkerEnvironment> = environment;
  const allowed = new Set(Array.isArray(ALLOW_PLAINTEXT) ? ALLOW_PLAINTEXT.map(withoutBrackets) : []);
  const isTrusted: IsTrusted = (host) => isLoopback(host) || allowed.has(withoutBrackets(host));
  return [
    ...ofDatabase(readDatabaseUrl(DATABASE_URL), isTrusted),
    ...ofRedis(readRedisUrl(REDIS_URL), isTrusted),
    ...ofMail(readSmtpUrl(SMTP_URL), isTrusted),
  ];
}

function ofDatabase(database: ReturnType<typeof readDatabaseUrl>, isTrusted: IsTrusted): Judgement[] {
  if (!database) return [];
  const { user, password, tls } = database;
  return [
    [
      user === 'root' || user === '',
      "DATABASE_URL names the database's root user or none: make a user for the service with docs/sql/service.sql, and one that migrates with docs/sql/owner.sql",
    ],
    [
      SAMPLE_PASSWORDS.test(password),
      'DATABASE_URL has a sample password, which others have read too: give the database user another',
    ],
    [
      password.length < SHORTEST_PASSWORD,
      `DATABASE_URL has a password of fewer than ${SHORTEST_PASSWORD} characters: give the database user a longer one, for instance from openssl rand -hex 24`,
    ],
    [
      isMonotonous(password),
      `DATABASE_URL has a password of fewer than ${FEWEST_DIFFERENT} different characters: give the database user another, for instance from openssl rand -hex 24`,
    ],
    [
      !tls && !areTrusted(database, isTrusted),
      'DATABASE_URL would send patients’ data in clear to another machine: use mysqls://, or name the host in ALLOW_PLAINTEXT if nobody can listen on the way',
    ],
  ];
}

function ofRedis(redis: ReturnType<typeof readRedisUrl>, isTrusted: IsTrusted): Judgement[] {
  if (!redis) return [];
  const { password, tls } = redis;
  const isLocal = areTrusted(redis, isLoopback);
  return [
    [
      password === '' && !isLocal,
      'REDIS_URL has no password for a server on the network: whoever reaches that changes what is queued; set requirepass there, and write redis://:password@host',
    ],
    [
      password !== '' && password.length < SHORTEST_PASSWORD,
      `REDIS_URL has a password of fewer than ${SHORTEST_PASSWORD} characters: set a longer one, for instance from openssl rand -hex 24`,
    ],
    [
      isMonotonous(password),
      `REDIS_URL has a password of fewer than ${FEWEST_DIFFERENT} different characters: set another, for instance from openssl rand -hex 24`,
    ],
    [
      SAMPLE_PASSWORDS.test(password),
      'REDIS_URL has a sample password, which others have read too: set another',
    ],
    [
      !tls && !areTrusted(redis, isTrusted),
      'REDIS_URL would send its password in clear to another machine: use rediss://, or name the host in ALLOW_PLAINTEXT if nobody can listen on the way',
    ],
  ];
}

function ofMail(mail: URL | undefined, isTrusted: IsTrusted): Judgement[] {
  if (!mail) return [];
  const isEncrypted = mail.protocol === 'smtps:' || mail.searchParams.get('requireTLS') === 'true';
  return [
    [
      mail.port === MAIL_CATCHER_PORT || MAIL_CATCHERS.test(mail.hostname),
      'SMTP_URL names a mail catcher, which delivers nothing: name the server that sends the clinic’s mail',
    ],
    [
      mail.password !== '' && decodeURIComponent(mail.password).length < SHORTEST_PASSWORD,
      `SMTP_URL has a password of fewer than ${SHORTEST_PASSWORD} characters: give that mail account a longer one`,
    ],
    [
      SAMPLE_PASSWORDS.test(mail.password),
      'SMTP_URL has a sample password, which others have read too: give that mail account another',
    ],
    [
      !isEncrypted && !isTrusted(mail.hostname),
      'SMTP_URL would send mails in clear to another machine where somebody on the way hides STARTTLS: add ?requireTLS=true, use smtps://, or name the host in ALLOW_PLAINTEXT if nobody can listen on the way',
    ],
  ];
}

/** Whether a long password is soon guessed; a short one has a sentence of its own. */
function isMonotonous(password: string): boolean {
  return password.length >= SHORTEST_PASSWORD && new Set(password).size < FEWEST_DIFFERENT;
}

function areTrusted({ hosts }: ServerUrl, isTrusted: IsTrusted): boolean {
  return hosts.every(({ host }) => isTrusted(host));
}

function withoutBrackets(host: string): string {
  return host.replace(/^\[|\]$/g, '').toLowerCase();
}
