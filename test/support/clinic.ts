import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import type { FastifyInstance } from 'fastify';
import { Redis } from 'ioredis';
import { DataSource } from 'typeorm';
import { AppModule } from '../../src/app.module.js';
import { SYSTEM_CONTEXT } from '../../src/http/context.js';
import { AccountsService } from '../../src/auth/accounts/accounts.service.js';
import type { Role } from '../../src/auth/role.js';
import { TokenIssuer } from '../../src/auth/sessions/token.js';
import { AvailabilityService } from '../../src/availability/availability.service.js';
import type { Environment } from './test-environment.js';
import { createLogger, NestLogger } from '../../src/logging/logger.js';
import type { Locale } from '../../src/config/locale.js';
import { DoctorsService } from '../../src/doctors/doctors.service.js';
import { configureApp } from '../../src/http/configure-app.js';
import { createServer } from '../../src/http/server.js';
import { serveDashboard } from '../../src/ops/dashboard.js';
import { Clock } from '../../src/time/clock.js';
import { Client } from './client.js';
import { TestClock } from './test-clock.js';
import { dropDatabase, testEnvironment } from './test-environment.js';

/** Somebody who has an account and is logged in. */
export interface Person {
  readonly id: number;
  readonly email: string;
  readonly password: string;
  readonly token: string;
}

/** A doctor: the account and the profile. */
export interface DoctorPerson extends Person {
  readonly doctorId: number;
  readonly timezone: string;
}

/** Weekly windows as [day of week, start, end]. */
export type Week = readonly (readonly [number, string, string])[];

/** The clock's default time: Sunday 1 March 2026, 11:00 in Madrid. */
export const NOW = '2026-03-01T10:00:00Z';

/** The API as in production, on its own database, listening on loopback. Only the clock is the test's. */
export class Clinic {
  private people = 0;

  private constructor(
    readonly environment: Environment,
    readonly app: NestFastifyApplication,
    readonly client: Client,
    readonly clock: TestClock,
    readonly dataSource: DataSource,
    /** All routes of the server, such as `GET /api/bookings/:id`. */
    readonly routes: ReadonlySet<string>,
  ) {}

  static async open({
    now = NOW,
    env = {},
  }: { now?: string; env?: NodeJS.ProcessEnv } = {}): Promise<Clinic> {
    return Clinic.over(await testEnvironment(env), new TestClock(now));
  }

  /** Another app, as in another API process, on the database of an existing environment. */
  static async over(environment: Environment, clock: TestClock): Promise<Clinic> {
    const logger = createLogger(environment);
    const testing = await Test.createTestingModule({ imports: [AppModule.with(environment)] })
      .overrideProvider(Clock)
      .useValue(clock)
      .setLogger(new NestLogger(logger))
      .compile();
    const server = createServer(logger, environment);
    const routes = new Set<string>();
    server.getInstance<FastifyInstance>().addHook('onRoute', ({ method, url }) => {
      for (const each of [method].flat()) routes.add(`${each} ${url}`);
    });
    const app = testing.createNestApplication<NestFastifyApplication>(server, { bodyParser: false });
    configureApp(app);
    await serveDashboard(app);
    await app.listen(0, '127.0.0.1');
    const client = new Client(await app.getUrl());
    return new Clinic(environment, app, client, clock, app.get(DataSource), routes);
  }

  /** Closes the app and drops its database. */
  async close(): Promise<void> {
    await this.app.close();
    await dropDatabase(this.environment);
  }

  patient(locale?: Locale): Promise<Person> {
    return this.person('user', locale);
  }

  admin(): Promise<Person> {
    return this.person('admin');
  }

  /** An account of the front desk. */
  staff(): Promise<Person> {
    return this.person('staff');
  }

  /** @param week by default that of every new doctor: Monday to Friday, 09:00 to 17:00 */
  async doctor({
    timezone = 'Europe/Madrid',
    week,
  }: { timezone?: string; week?: Week } = {}): Promise<DoctorPerson> {
    const person = await this.person('doctor');
    const { doctor } = await this.app.get(DoctorsService).create(SYSTEM_CONTEXT, {
      name: `Dr. Number ${person.id}`,
      specialty: 'Cardiology',
      email: `contact${person.id}@clinic.example`,
      userId: person.id,
      timezone,
    });
    if (week) {
      await this.query('DELETE FROM availability_windows WHERE doctor_id = ?', [doctor.id]);
      const availability = this.app.get(AvailabilityService);
      for (const [dayOfWeek, startTime, endTime] of week) {
        await availability.add(SYSTEM_CONTEXT, doctor.id, { dayOfWeek, startTime, endTime });
      }
    }
    return { ...person, doctorId: doctor.id, timezone };
  }

  /** An account without a profile. */
  async person(role: Role, locale?: Locale): Promise<Person> {
    this.people += 1;
    const email = `${role}${this.people}@people.example`;
    const password = `password of ${email}`;
    const account = await this.app
      .get(AccountsService)
      .open(SYSTEM_CONTEXT, { email, password, role, locale });
    // Without a session, and valid for longer than any test sets the clock ahead.
    const token = this.app.get(TokenIssuer).issue(account, null, 400 * 86_400);
    return { id: account.id, email, password, token };
  }

  query<Row = Record<string, unknown>>(sql: string, parameters: unknown[] = []): Promise<Row[]> {
    return this.dataSource.query(sql, parameters);
  }

  /** For tests with more bookings, or later ones, than the clinic's default limits allow a patient. */
  async liftLimits(): Promise<void> {
    await this.query('UPDATE clinic SET horizon_days = NULL, max_live_bookings = NULL');
  }

  /** Resets the counters of a limit, as at the end of its period. */
  async resetCounters(name: string): Promise<void> {
    const redis = new Redis(this.environment.REDIS_URL);
    const keys = await redis.keys(`throttle:${name}:*`);
    if (keys.length > 0) await redis.del(...keys);
    redis.disconnect();
  }

  /** The number of overlapping pairs of live bookings of one doctor, which must always be 0. */
  async overlappingPairs(): Promise<number> {
    const [row] = await this.query<{ pairs: string }>(
      `SELECT COUNT(*) AS pairs FROM bookings a JOIN bookings b
         ON a.doctor_id = b.doctor_id AND a.id < b.id AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at
       WHERE a.status = 'booked' AND b.status = 'booked'`,
    );
    return Number(row!.pairs);
  }
}
