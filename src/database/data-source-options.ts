import type { DataSourceOptions } from 'typeorm';
import type { DatabaseEnvironment } from '../config/database.environment.js';
import { ImpatientPools } from './connection-pool.js';
import { DatabaseServers, VERIFIED } from './database-servers.js';
import { readDatabaseUrl } from '../config/server-url.js';
import { CreateClinic1 } from './migrations/1-create-clinic.js';
import { KeepEvidence2 } from './migrations/2-keep-evidence.js';
import { GuardAccounts3 } from './migrations/3-guard-accounts.js';
import { MailAccounts4 } from './migrations/4-mail-accounts.js';
import { SecondFactors6 } from './migrations/6-second-factors.js';
import { KeepAudit5 } from './migrations/5-keep-audit.js';
import { KeepSessions7 } from './migrations/7-keep-sessions.js';
import { RestrainMails8 } from './migrations/8-restrain-mails.js';
import { Invitations9 } from './migrations/9-invitations.js';
import { Retain10 } from './migrations/10-retain.js';
import { CountAddresses11 } from './migrations/11-count-addresses.js';
import { RecordFailing13 } from './migrations/13-record-failing.js';
import { OrderByInstant14 } from './migrations/14-order-by-instant.js';
import { CanonicalAddresses15 } from './migrations/15-canonical-addresses.js';
import { FormerAddresses16 } from './migrations/16-former-addresses.js';
import { FreeLinkKinds17 } from './migrations/17-free-link-kinds.js';

const CONNECT_TIMEOUT_MS = 4_000;
/** Shorter than the server keeps a silent session. */
const KEEP_IDLE_MS = 20_000;
const WAITING_FOR_EACH = 50;
/** More than there are in the code; lists of varying length make some more of them. */
const MOST_PREPARED = 200;

/**
 * How this service talks to MySQL or MariaDB: UTC throughout, and a DATE stays the text it is, since as a
 * JavaScript Date it could become the day before.
 */
export function dataSourceOptions(environment: DatabaseEnvironment): DataSourceOptions {
  const { hosts, user, password, database, tls } = readDatabaseUrl(environment.DATABASE_URL)!;
  const servers = new DatabaseServers(hosts, environment.DATABASE_TIMEOUT_SECONDS * 1000, tls);
  return {
    type: 'mysql',
    username: user,
    password,
    database,
    poolSize: environment.DATABASE_POOL_SIZE,
    charset: 'utf8mb4',
    timezone: 'Z',
    dateStrings: ['DATE'],
    // What a number can hold is one: counts, and differences of times.
    bigNumberStrings: false,
    connectTimeout: CONNECT_TIMEOUT_MS,
    driver: new ImpatientPools(servers),
    ...(tls && { ssl: VERIFIED }),
    extra: {
      maxPreparedStatements: MOST_PREPARED,
      // Where in this code a statement was sent from: a stack trace at each, which nobody reads.
      trace: false,
      stream: servers.connect,
      // mysql2 closes idle connections only where fewer may be idle than open.
      maxIdle: environment.DATABASE_POOL_SIZE - 1,
      idleTimeout: KEEP_IDLE_MS,
      gracefulEnd: true,
      // Who would be further back in the queue would be told too late that it takes too long.
      queueLimit: WAITING_FOR_EACH * environment.DATABASE_POOL_SIZE,
    },
    synchronize: false,
    migrations: [
      CreateClinic1,
      KeepEvidence2,
      GuardAccounts3,
      MailAccounts4,
      KeepAudit5,
      SecondFactors6,
      KeepSessions7,
      RestrainMails8,
      Invitations9,
      Retain10,
      CountAddresses11,
      RecordFailing13,
      OrderByInstant14,
      CanonicalAddresses15,
      FormerAddresses16,
      FreeLinkKinds17,
    ],
    // DDL commits by itself on MySQL: a transaction around it would only pretend.
    migrationsTransactionMode: 'none',
  };
}
