import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { type Connection, createConnection } from 'mysql2/promise';
import { startDatabase } from '../../bin/support/database-server.js';
import { startRedis } from '../../bin/support/redis-server.js';
import { residentMiB } from '../bench/usage.js';
import { DOCTOR_PASSWORD, PATIENT_PASSWORD } from '../../src/demo/clinic.js';
import type { Client } from '../support/client.js';
import { DatabaseUsers, urlFor } from '../support/database-users.js';
import { Document } from '../support/openapi.js';
import { Program } from '../support/program.js';

export type Role = 'user' | 'doctor' | 'staff' | 'admin';

/** An account of the demo clinic, or a newcomer. */
export interface Person {
  readonly id: number;
  readonly email: string;
  readonly password: string;
  readonly token: string;
}

export interface Settings {
  /** The folder for files and logs. */
  readonly dir: string;
  readonly seed: number;
  /** How many requests the fuzzer sends. */
  readonly requests: number;
  readonly signal: AbortSignal;
}

const DATABASE = 'attacked';
const MAX_ATTEMPTS = 10;
/** The fuzzer sends it too, so that requests that need a password can succeed. */
export const NEWCOMER_PASSWORD = 'a password of a newcomer';
export const ADMIN = { email: 'admin@clinica.example', password: 'demo-admin-password' };

/** The demo clinic on private servers, run as in production, but without rate limits, which would stop the attacks. */
export class Target {
  private newcomers = 0;

  private constructor(
    readonly settings: Settings,
    readonly secret: string,
    readonly client: Client,
    readonly document: Document,
    readonly database: Connection,
    private readonly api: Program,
    private readonly variables: Readonly<Record<string, string>>,
    private readonly shutdown: () => Promise<void>,
  ) {}

  static async open(settings: Settings): Promise<Target> {
    const base = await startDatabase({ dir: join(settings.dir, 'database'), throwAway: true });
    const redis = await startRedis({ dir: join(settings.dir, 'redis') });
    const secret = randomBytes(32).toString('hex');
    const root = await createConnection(base.urlOf(''));
    const users = new DatabaseUsers(root, DATABASE);
    await users.create();
    const owner = { DATABASE_URL: urlFor(base.urlOf(DATABASE), users.owner) };
    const variables = {
      NODE_ENV: 'production',
      TRUST_PROXY: 'none',
      DATABASE_URL: urlFor(base.urlOf(DATABASE), users.service),
      REDIS_URL: redis.url,
      SMTP_URL: 'smtp://127.0.0.1:9',
      MAIL_FROM: 'Clinica <appointments@clinic.example>',
      JWT_SECRET: secret,
      RATE_LIMIT_ENABLED: 'false',
      LOG_LEVEL: 'error',
    };
    // In production the service would not start with the demo admin's password.
    const demo = { NODE_ENV: 'development', ADMIN_EMAIL: ADMIN.email, ADMIN_PASSWORD: ADMIN.password };
    await runToEnd('migrate.js', { ...variables, ...owner });
    await users.grantService();
    await root.end();
    await runToEnd('seed.js', { ...variables, ...demo });
    const { program, client } = await Program.api(variables);
    const database = await createConnection(base.urlOf(DATABASE));
    return new Target(
      settings,
      secret,
      client,
      await Document.of(client),
      database,
      program,
      variables,
      async () => {
        await program.kill();
        database.destroy();
        await Promise.all([base.kill(), redis.kill()]);
      },
    );
  }

  get url(): string {
    return this.client.baseUrl;
  }

  /** Resident memory of the API in MiB; undefined once it has died. */
  get memoryMiB(): number | undefined {
    return this.api.hasEnded ? undefined : residentMiB(this.api.pid);
  }

  /** Starts another API process with the same database and Redis. */
  startApi(more: Readonly<Record<string, string>>): ReturnType<typeof Program.api> {
    return Program.api({ ...this.variables, ...more });
  }

  close(): Promise<void> {
    return this.shutdown();
  }

  patient(): Promise<Person> {
    return this.logIn('patient@clinica.example', PATIENT_PASSWORD);
  }

  doctor(): Promise<Person> {
    return this.logIn('doctor@clinica.example', DOCTOR_PASSWORD);
  }

  admin(): Promise<Person> {
    return this.logIn(ADMIN.email, ADMIN.password);
  }

  /** Creates an account that an attack may destroy. */
  async newcomer(role: Role): Promise<Person> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.createNewcomer(role);
      } catch (error) {
        // An attack with an admin's token may disable accounts, including the newcomer's.
        if (attempt === MAX_ATTEMPTS) throw error;
      }
    }
  }

  private async createNewcomer(role: Role): Promise<Person> {
    await this.database.query("UPDATE accounts SET role = 'admin', disabled_at = NULL WHERE email = ?", [
      ADMIN.email,
    ]);
    const { token } = await this.admin();
    const account = {
      email: `newcomer${(this.newcomers += 1)}@people.example`,
      password: NEWCOMER_PASSWORD,
      role,
    };
    const proof = { your_password: ADMIN.password };
    const { body } = await this.client.post('/api/users', { ...account, ...proof }, { token });
    if (role === 'doctor') {
      const profile = { name: 'Dr. New', specialty: 'All', email: account.email, user_id: body.id };
      await this.client.post('/api/doctors', profile, { token });
    }
    return this.logIn(account.email, account.password);
  }

  private async logIn(email: string, password: string): Promise<Person> {
    const { status, body } = await this.client.post<{ token: string; user: { id: number } }>(
      '/api/auth/login',
      {
        email,
        password,
      },
    );
    if (status !== 200) throw new Error(`${email} cannot log in: ${JSON.stringify(body)}`);
    return { id: body.user.id, email, password, token: body.token };
  }
}

async function runToEnd(file: string, variables: Record<string, string>): Promise<void> {
  const program = Program.start(file, variables);
  if ((await program.exit()) !== 0) throw new Error(`${file} failed: ${program.output}`);
}
