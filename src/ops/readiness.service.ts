import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { RedisClient } from '../database/redis.module.js';

const DEADLINE_MS = 2_000;

export type Health = 'up' | 'down';

/** Whether what the service stands on answers, found out within two seconds. */
@Injectable()
export class ReadinessService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly redis: RedisClient,
  ) {}

  async check(): Promise<{ database: Health; redis: Health }> {
    const [database, redis] = await Promise.all([
      inTime(this.dataSource.query('SELECT 1')),
      inTime(this.redis.ping()),
    ]);
    return { database, redis };
  }
}

async function inTime(answer: Promise<unknown>): Promise<Health> {
  const deadline = new AbortController();
  const late = sleep(DEADLINE_MS, 'down' as const, { signal: deadline.signal }).catch(() => 'down' as const);
  const answered = answer.then(
    () => 'up' as const,
    () => 'down' as const,
  );
  try {
    return await Promise.race([answered, late]);
  } finally {
    deadline.abort();
  }
}
