import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Connection, createConnection } from 'mysql2/promise';
import { startGalera } from '../support/cluster/galera.js';
import { startSentinels } from '../support/cluster/sentinel.js';
import { startDatabase } from '../../bin/support/database-server.js';
import { startRedis } from '../../bin/support/redis-server.js';
import { portsInARow } from '../support/ports-in-a-row.js';
import { DatabaseUsers, urlFor } from '../support/database-users.js';
import { Program } from '../support/program.js';
import { Link } from './link.js';
import { SmtpRecord } from './smtp-record.js';

type Variables = Record<string, string>;
type Database = Awaited<ReturnType<typeof startDatabase>>;
type Redis = Awaited<ReturnType<typeof startRedis>>;
type Galera = Awaited<ReturnType<typeof startGalera>>;
type Sentinels = Awaited<ReturnType<typeof startSentinels>>;

const NAME = 'clinica';
const APIS = 2;
const WORKERS = 2;
const MAX_STARTS = 5;

/** What differs from the usual deployment. */
export interface DeploymentOptions {
  /** Environment variables of every process. */
  readonly env?: Variables;
  /** Environment variables of the workers alone. */
  readonly workerEnv?: Variables;
  /** Number of API processes; default 2. */
  readonly apis?: number;
  /** Whether Redis keeps its data when it is killed. */
  readonly redisPersists?: boolean;
  /** Whether all processes reach the database through a link that can be slow or break. */
  readonly link?: boolean;
  /** Three database nodes that all accept writes; each process uses a different first node. Redis has sentinels. */
  readonly cluster?: boolean;
}

/** The database and Redis servers. */
interface Servers {
  /** Database URLs, as root. They differ in the order of the nodes; processes take them in turn. */
  readonly databaseUrls: readonly string[];
  readonly redisUrl: string;
  readonly database?: Database;
  readonly redis?: Redis;
  readonly galera?: Galera;
  readonly sentinels?: Sentinels;
  readonly link?: Link | undefined;
}

/** Shortens the wait for a lost node; Galera's default is 5 s. */
const SUSPECT_QUICKLY = { 'evs.keepalive_period': 'PT0.5S', 'evs.suspect_timeout': 'PT2S' };

/** A whole clinic of real processes: two APIs, two workers, database, Redis and mail server, all private. */
export class Deployment {
  readonly ports: number[] = [];
  private readonly apis: Program[] = [];
  private readonly workers: Program[] = [];
  /** Every process ever started, including killed ones. */
  private readonly programs: { readonly name: string; readonly program: Program }[] = [];
  private readonly env: Variables;
  private users!: DatabaseUsers;

  private constructor(
    private readonly dir: string,
    private readonly options: DeploymentOptions,
    readonly smtp: SmtpRecord,
    private servers: Servers,
  ) {
    this.env = {
      NODE_ENV: 'production',
      TRUST_PROXY: 'none',
      DATABASE_POOL_SIZE: '10',
      REDIS_URL: servers.redisUrl,
      SMTP_URL: smtp.url,
      MAIL_FROM: 'Clinica <appointments@clinic.example>',
      JWT_SECRET: randomBytes(32).toString('hex'),
      CLINIC_TIMEZONE: 'Europe/Madrid',
      // A few clients here send more requests than any patient would.
      RATE_LIMIT_ENABLED: 'false',
      MAIL_BUDGET_PER_DAY: '1000000',
      LOG_LEVEL: 'info',
      NOTIFICATION_LEASE_SECONDS: '4',
      DRAIN_SECONDS: '1',
      ...options.env,
    };
  }

  static async open(dir: string, options: DeploymentOptions): Promise<Deployment> {
    const servers = options.cluster ? await startCluster(dir) : await startSingleServers(dir, options);
    return new Deployment(dir, options, await SmtpRecord.open(), servers);
  }

  get database(): Database {
    return this.servers.database!;
  }

  get redis(): Redis {
    return this.servers.redis!;
  }

  get link(): Link {
    return this.servers.link!;
  }

  get galera(): Galera {
    return this.servers.galera!;
  }

  get sentinels(): Sentinels {
    return this.servers.sentinels!;
  }

  /** Creates an empty database and starts the processes. */
  async start(): Promise<void> {
    await this.prepareDatabase();
    const apis = this.options.apis ?? APIS;
    const first = await portsInARow(apis);
    for (let index = 0; index < apis; index += 1) this.ports.push(first + index);
    await Promise.all(this.ports.map((_, index) => this.startApi(index)));
    for (let index = 0; index < WORKERS; index += 1) this.startWorker(index);
  }

  /** Migrates as the owner; the processes have the rights of docs/sql/service.sql. */
  private async prepareDatabase(): Promise<void> {
    const root = await this.connect('');
    this.users = new DatabaseUsers(root, NAME);
    await this.users.create();
    const owner = { DATABASE_URL: urlFor(this.servers.databaseUrls[0]!, this.users.owner) };
    const migration = Program.start('migrate.js', { ...this.env, ...owner });
    if ((await migration.exit()) !== 0) throw new Error(`The migration failed: ${migration.output}`);
    await this.users.grantService();
    await root.end();
  }

  get secret(): string {
    return this.env.JWT_SECRET!;
  }

  get apiUrls(): string[] {
    return this.ports.map((port) => `http://127.0.0.1:${port}`);
  }

  /** Connects the harness itself, as root and not through the link. */
  async connect(name = NAME): Promise<Connection> {
    const { galera, database } = this.servers;
    const port = galera?.nodes.find((node) => node.isAlive())?.port ?? database!.port;
    const place = { host: '127.0.0.1', port, user: 'root', database: name };
    return createConnection({ ...place, timezone: 'Z', dateStrings: ['DATE'] });
  }

  api(index: number): Program {
    return this.apis[index]!;
  }

  worker(index: number): Program {
    return this.workers[index]!;
  }

  /**
   * Starts an API process and waits without a time limit until it answers, because machines may be busy. Reports a
   * start that fails, and tries again.
   *
   * @throws Error if all `MAX_STARTS` attempts fail
   */
  async startApi(index: number): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      const program = Program.start('main.js', { ...this.variables(index), PORT: String(this.ports[index]) });
      this.track(`api-${index}`, program);
      this.apis[index] = program;
      if (await this.startedServing(program, index)) return;
      console.error(`  API ${index} ended while it started: ${lastLine(program.output)}`);
      if (attempt === MAX_STARTS)
        throw new Error(`API ${index} does not start: ${program.output.slice(-4_000)}`);
    }
  }

  startWorker(index: number): void {
    const program = Program.worker({ ...this.variables(index + 1), ...this.options.workerEnv });
    this.track(`worker-${index}`, program);
    this.workers[index] = program;
  }

  /** Resolves to true once the process answers, or to false if it ends first. */
  private async startedServing(program: Program, index: number): Promise<boolean> {
    while (!program.hasEnded) {
      const answer = await fetch(`${this.apiUrls[index]}/health/live`).catch(() => undefined);
      await answer?.body?.cancel();
      if (answer) return !program.hasEnded;
      await sleep(25);
    }
    return false;
  }

  private track(name: string, program: Program): void {
    const number = this.programs.filter((each) => each.name.startsWith(`${name}.`)).length + 1;
    this.programs.push({ name: `${name}.${number}`, program });
  }

  /** Writes the output of every process ever started into files in a folder. */
  writeLogs(folder: string): void {
    mkdirSync(folder, { recursive: true });
    for (const { name, program } of this.programs) writeFileSync(join(folder, `${name}.log`), program.output);
  }

  /** Restarts the database with the same data and port. */
  async restartDatabase(): Promise<void> {
    const database = await startDatabase({ dir: join(this.dir, 'database'), port: this.database.port });
    this.servers = { ...this.servers, database };
  }

  async restartRedis(): Promise<void> {
    const place = { dir: join(this.dir, 'redis'), port: this.redis.port };
    const redis = await startRedis({ ...place, persist: this.options.redisPersists ?? false });
    this.servers = { ...this.servers, redis };
  }

  /** Runs `node dist/integrity.js`. */
  async integrity(): Promise<{ code: number | null; output: string }> {
    const { DATABASE_URL, REDIS_URL, NODE_ENV, LOG_LEVEL } = this.variables(0);
    const program = Program.start('integrity.js', { DATABASE_URL, REDIS_URL, NODE_ENV, LOG_LEVEL });
    const code = await program.exit();
    return { code, output: program.output };
  }

  async close(): Promise<void> {
    await Promise.all([...this.apis, ...this.workers].map((program) => program.kill()));
    await Promise.race([this.smtp.stop(), sleep(2_000)]);
    const { link, redis, database, galera, sentinels } = this.servers;
    await Promise.all([link?.close(), redis?.kill(), database?.kill(), galera?.stop(), sentinels?.stop()]);
  }

  private variables(index: number): Variables {
    const { databaseUrls } = this.servers;
    const url = databaseUrls[index % databaseUrls.length]!;
    return { ...this.env, DATABASE_URL: urlFor(url, this.users.service) };
  }
}

async function startSingleServers(
  dir: string,
  { redisPersists = false, link: hasLink = false }: DeploymentOptions,
): Promise<Servers> {
  const port = await portsInARow(2);
  const database = await startDatabase({ dir: join(dir, 'database'), port });
  const redis = await startRedis({ dir: join(dir, 'redis'), persist: redisPersists, port: port + 1 });
  const link = hasLink ? await Link.to(database.port) : undefined;
  const url = `mysql://root@127.0.0.1:${link?.port ?? database.port}/${NAME}`;
  return { databaseUrls: [url], redisUrl: redis.url, database, redis, link };
}

async function startCluster(dir: string): Promise<Servers> {
  const galera = await startGalera({ dir: join(dir, 'galera'), tuning: SUSPECT_QUICKLY });
  const sentinels = await startSentinels({ dir: join(dir, 'sentinels') });
  const databaseUrls = galera.nodes.map((_, first) => galera.urlOf(NAME, first));
  return { databaseUrls, redisUrl: sentinels.url, galera, sentinels };
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}
