import { Injectable } from '@nestjs/common';
import { HealthIndicatorService } from '@nestjs/terminus';
import { DataSource } from 'typeorm';
import { ping } from '../database/ping.js';
import { RedisClient } from '../redis/redis.module.js';
import { FailingNotifications } from '../outbox/failing-notifications.js';

const DEADLINE_MS = 2_000;

export type Health = 'up' | 'down';
/** `unknown` while the database does not answer. */
export type MailHealth = 'up' | 'failing' | 'unknown';

/** Checks within two seconds whether the database and Redis answer, and whether mails are failing. */
@Injectable()
export class ReadinessService {
  constructor(
    private readonly indicators: HealthIndicatorService,
    private readonly dataSource: DataSource,
    private readonly redis: RedisClient,
    private readonly failing: FailingNotifications,
  ) {}

  async check(): Promise<{ database: Health; redis: Health; mail: MailHealth }> {
    const [database, redis, mail] = await Promise.all([
      this.attempt('database', () => ping(this.dataSource)),
      this.attempt('redis', () => this.redis.ping()),
      this.attempt('mail', () => this.failing.exist()),
    ]);
    return { database: database.status, redis: redis.status, mail: mailHealth(mail) };
  }

  private async attempt<T>(name: string, find: () => Promise<T>): Promise<Attempt<T>> {
    const attempt = this.indicators.check(name).attempt(async () => ({ found: await find() }));
    return (await attempt.withTimeout(DEADLINE_MS))[name] as Attempt<T>;
  }
}

interface Attempt<T> {
  readonly status: Health;
  readonly found?: T;
}

function mailHealth({ status, found }: Attempt<boolean>): MailHealth {
  if (status === 'down') return 'unknown';
  return found ? 'failing' : 'up';
}
