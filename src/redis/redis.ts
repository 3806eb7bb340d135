import type { RedisOptions } from 'ioredis';
import type { OutboxEnvironment } from '../config/outbox.environment.js';
import { readRedisUrl } from '../config/server-url.js';

/** What ioredis and BullMQ both take. */
export type RedisConnection = Omit<RedisOptions, 'retryStrategy'> & {
  retryStrategy: (times: number) => number;
};

const retryStrategy = (times: number): number => Math.min(times * 50, 500);

/**
 * How this service talks to Redis. It reconnects for ever, at least twice a second: whoever uses Redis must do
 * without it while it is away.
 */
export function redisOptions(environment: OutboxEnvironment): RedisConnection {
  const { hosts, master, user, password, db, tls } = readRedisUrl(environment.REDIS_URL)!;
  const place = master === undefined ? hosts[0] : throughSentinels([...hosts], master, tls);
  return {
    ...place,
    db,
    ...(user && { username: user }),
    ...(password && { password }),
    ...(tls && { tls: {} }),
    retryStrategy,
    connectTimeout: 5_000,
    // A connection on which nothing comes back is dead even if nobody closed it. Longer than BullMQ waits for a job.
    socketTimeout: 10_000,
  };
}

/** Sentinels know which server is the master. User and password are the servers', not theirs. */
function throughSentinels(
  sentinels: { host: string; port: number }[],
  name: string,
  tls: boolean,
): RedisOptions {
  return {
    sentinels,
    name,
    enableTLSForSentinelMode: tls,
    sentinelRetryStrategy: retryStrategy,
    sentinelCommandTimeout: 1_000,
    // Leaves a master that was replaced, even if it still answers.
    failoverDetector: true,
  };
}

/** For callers who would rather have an error now than an answer later. */
export const FAIL_FAST = {
  enableOfflineQueue: false,
  maxRetriesPerRequest: 1,
  commandTimeout: 1_000,
  socketTimeout: 2_000,
};
