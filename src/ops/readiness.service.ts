import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { RedisClient } from '../redis/redis.module.js';
import { FailingNotifications } from '../outbox/failing-notifications.js';

const DEADLINE_MS = 2_000;

export type Health = 'up' | 'down';
/** `unknown` while the database does not answer. */
export type MailHealth = 'up' | 'failing' | 'unknown';

/** Whether what the service stands on answers, found out within two seconds. */
@Injectable()
export class ReadinessService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly redis: RedisClient,
    private readonly failing: FailingNotifications,
  ) {}

  async check(): Promise<{ database: Health; redis: Health; mail: MailHealth }> {
    const up = (): Health => 'up';
    const [database, redis, mail] = await Promise.all([
      inTime(this.dataSource.query('SELECT 1').then(up), 'down'),
      inTime(this.redis.ping().then(up), 'down'),
      inTime<MailHealth>(this.mail(), 'unknown'),
    ]);
    return { database, redis, mail };
  }

  private async mail(): Promise<MailHealth> {
    return (await this.failing.exist()) ? 'failing' : 'up';
  }
}

/** What was found out, or `otherwise` if that fails or takes too long. */
async function inTime<T>(answer: Promise<T>, otherwise: T): Promise<T> {
  const deadline = new AbortController();
  const late = sleep(DEADLINE_MS, otherwise, { signal: deadline.signal }).catch(() => otherwise);
  const answered = answer.catch(() => otherwise);
  try {
    return await Promise.race([answered, late]);
  } finally {
    deadline.abort();
  }
}
