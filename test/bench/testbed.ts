import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise';
import { startDatabase } from '../../bin/support/database-server.js';
import { startRedis } from '../../bin/support/redis-server.js';
import type { Client } from '../support/client.js';
import { DatabaseUsers, urlFor } from '../support/database-users.js';
import { Program } from '../support/program.js';
import { fill, type SeedSize } from './seed.js';

type Variables = Record<string, string>;

/** The two programs that a comparison measures. */
export type Side = 'service' | 'baseline';

/** A running program under measurement. */
export interface Instance {
  readonly program: Program;
  /** The base URL; empty for a worker. */
  readonly url: string;
}

/** About as many as a clinic has after its first month. */
const DEFAULT_SIZE: SeedSize = { bookings: 20_000 };
const BASELINE = '../test/bench/baseline/server.js';

/** A private database and Redis with one or more clinics. Programs run as in production, each as a single process. */
export class Testbed {
  readonly secret = randomBytes(32).toString('hex');
  private readonly running: Instance[] = [];
  private readonly users = new Map<string, DatabaseUsers>();

  private constructor(
    readonly database: Awaited<ReturnType<typeof startDatabase>>,
    readonly redis: Awaited<ReturnType<typeof startRedis>>,
  ) {}

  static async open(dir: string): Promise<Testbed> {
    // The hot data of a large clinic fits in memory. Each commit is flushed, which is the default.
    const args = ['--innodb-buffer-pool-size=3G', '--innodb-log-file-size=1G', '--max-connections=500'];
    const database = await startDatabase({ dir: join(dir, 'database'), args });
    return new Testbed(database, await startRedis({ dir: join(dir, 'redis') }));
  }

  /** Creates and seeds the database of a clinic. */
  async clinic(name: string, size: SeedSize = DEFAULT_SIZE): Promise<Connection> {
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
    await fill(connection, size);
    return connection;
  }

  connect(name: string): Promise<Connection> {
    return createConnection({ uri: this.database.urlOf(name), timezone: 'Z', dateStrings: ['DATE'] });
  }

  async service(name: string, more: Variables = {}): Promise<Instance> {
    return this.register(await Program.api({ ...this.variables(name), ...more }));
  }

  async baseline(name: string): Promise<Instance> {
    return this.register(await Program.api(this.variables(name), undefined, BASELINE));
  }

  /** Starts a program that serves no HTTP, such as a worker. */
  background(file: string, name: string, more: Variables = {}): Instance {
    return this.register({ program: Program.start(file, { ...this.variables(name), ...more }) });
  }

  /** The environment of a clinic's processes: as in production, but without rate limits. */
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

  /** The number of statements that the database server has run for its clients so far. */
  async statementCount(connection: Connection): Promise<number> {
    const [[row]] = await connection.query<(RowDataPacket & { Value: string })[]>(
      "SHOW GLOBAL STATUS LIKE 'Questions'",
    );
    return Number(row!.Value);
  }

  async end(...instances: Instance[]): Promise<void> {
    await Promise.all(instances.map(({ program }) => program.kill()));
  }

  async close(): Promise<void> {
    await this.end(...this.running);
    await Promise.all([this.database.kill(), this.redis.kill()]);
  }

  private register({ program, client }: { program: Program; client?: Client }): Instance {
    const instance = { program, url: client?.baseUrl ?? '' };
    this.running.push(instance);
    return instance;
  }
}
