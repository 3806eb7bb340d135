import type { RedisOptions } from 'ioredis';
import type { OutboxEnvironment } from '../config/outbox.environment.js';
import { readRedisUrl } from '../config/server-url.js';

/** Options that both ioredis and BullMQ accept. */
export type RedisConnection = Omit<RedisOptions, 'retryStrategy'> & {
  retryStrategy: (times: number) => number;
};

const retryStrategy = (times: number): number => Math.min(times * 50, 500);

/**
 * The connection options for Redis. A client reconnects forever, at least twice a second; its users must cope while
 * Redis is unavailable.
 */
export function redisOptions(environment: OutboxEnvironment): RedisConnection {
  const { hosts, master, user, password, db, tls } = readRedisUrl(environment.REDIS_URL)!;
  const server = master === undefined ? hosts[0] : throughSentinels([...hosts], master, tls);
  return {
    ...server,
    db,
    ...(user && { username: user }),
    ...(password && { password }),
    ...(tls && { tls: {} }),
    retryStrategy,
    connectTimeout: 5_000,
    // A connection without replies is dead even if nobody closed it. Longer than BullMQ's blocking wait for a job.
    socketTimeout: 10_000,
  };
}

/** Sentinels know the current master. User and password are for the Redis servers, not for the sentinels. */
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
    // Disconnects from a master that was replaced, even if it still responds.
    failoverDetector: true,
  };
}

/** For callers that prefer an error now to a reply later. */
export const FAIL_FAST = {
  enableOfflineQueue: false,
  maxRetriesPerRequest: 1,
  commandTimeout: 1_000,
  socketTimeout: 2_000,
};
