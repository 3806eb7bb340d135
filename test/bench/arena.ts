import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise';
import { startDatabase } from '../../bin/support/database-server.js';
import { startRedis } from '../../bin/support/redis-server.js';
import type { Client } from '../support/client.js';
import { DatabaseUsers, urlFor } from '../support/database-users.js';
import { Program } from '../support/program.js';
import { fill, type Fullness } from './seed.js';

type Variables = Record<string, string>;

/** The service and its baseline. */
export type Side = 'service' | 'baseline';

/** A program under measurement. */
export interface Contestant {
  readonly program: Program;
  /** Where it answers, if it does. */
  readonly url: string;
}

/** A few bookings for everybody, as a clinic in its first month has. */
const USUAL: Fullness = { bookings: 20_000 };
const BASELINE = '../test/bench/baseline/server.js';

/** Private servers, and clinics on them: what is measured runs as in production, one process at a time. */
export class Arena {
  readonly secret = randomBytes(32).toString('hex');
  private readonly running: Contestant[] = [];
  private readonly users = new Map<string, DatabaseUsers>();

  private constructor(
    readonly database: Awaited<ReturnType<typeof startDatabase>>,
    readonly redis: Awaited<ReturnType<typeof startRedis>>,
  ) {}

  static async open(dir: string): Promise<Arena> {
    // All of a large clinic's hot data fit into memory; each commit is flushed, as it is by default.
    const args = ['--innodb-buffer-pool-size=3G', '--innodb-log-file-size=1G', '--max-connections=500'];
    const database = await startDatabase({ dir: join(dir, 'database'), args });
    return new Arena(database, await startRedis({ dir: join(dir, 'redis') }));
  }

  /** Makes a database with a clinic in it. */
  async clinic(name: string, fullness: Fullness = USUAL): Promise<Connection> {
    const root = await createConnection(this.database.urlOf(''));
    const users = new DatabaseUsers(root, name);
    this.users.set(name, users);
    await users.create();
    const owner = { DATABASE_URL: urlFor(this.database.urlOf(name), users.owner) };
    const migration = Program.start('migrate.js', { ...this.variables(name), ...owner });
    if ((await migration.exit()) !== 0) throw new Error(`The migration failed: ${migration.output}`);
    await users.grantService();
    await root.end();
    const connection = await this.connect(name);
    await fill(connection, fullness);
    return connection;
  }

  connect(name: string): Promise<Connection> {
    return createConnection({ uri: this.database.urlOf(name), timezone: 'Z', dateStrings: ['DATE'] });
  }

  async service(name: string, more: Variables = {}): Promise<Contestant> {
    return this.ran(await Program.api({ ...this.variables(name), ...more }));
  }

  async baseline(name: string): Promise<Contestant> {
    return this.ran(await Program.api(this.variables(name), undefined, BASELINE));
  }

  /** A program that answers nobody. */
  background(file: string, name: string, more: Variables = {}): Contestant {
    return this.ran({ program: Program.start(file, { ...this.variables(name), ...more }) });
  }

  /** How the processes of a clinic are configured: as in production, but that nobody is throttled. */
  variables(name: string): Variables {
    return {
      NODE_ENV: 'production',
      TRUST_PROXY: 'none',
      DATABASE_URL: urlFor(this.database.urlOf(name), this.users.get(name)!.service),
      REDIS_URL: this.redis.url,
      SMTP_URL: 'smtp://127.0.0.1:9',
      MAIL_FROM: 'Clinica <appointments@clinic.example>',
      JWT_SECRET: this.secret,
      CLINIC_TIMEZONE: 'Europe/Madrid',
      RATE_LIMIT_ENABLED: 'false',
      MAIL_BUDGET_PER_DAY: '1000000',
      LOG_LEVEL: 'warn',
    };
  }

  /** How many statements the database has run for its clients so far. */
  async statements(connection: Connection): Promise<number> {
    const [[row]] = await connection.query<(RowDataPacket & { Value: string })[]>(
      "SHOW GLOBAL STATUS LIKE 'Questions'",
    );
    return Number(row!.Value);
  }

  async end(...contestants: Contestant[]): Promise<void> {
    await Promise.all(contestants.map(({ program }) => program.kill()));
  }

  async close(): Promise<void> {
    await this.end(...this.running);
    await Promise.all([this.database.kill(), this.redis.kill()]);
  }

  private ran({ program, client }: { program: Program; client?: Client }): Contestant {
    const contestant = { program, url: client?.baseUrl ?? '' };
    this.running.push(contestant);
    return contestant;
  }
}
