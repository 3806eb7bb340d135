import type { Environment } from '../config/environment.js';

/** What ioredis and BullMQ both take. */
export interface RedisConnection {
  readonly host: string;
  readonly port: number;
  readonly db: number;
  readonly username?: string;
  readonly password?: string;
  readonly tls?: object;
  readonly retryStrategy: (times: number) => number;
  readonly connectTimeout: number;
  readonly socketTimeout: number;
}

/**
 * How this service talks to Redis. It reconnects for ever, at least twice a second: whoever uses Redis must do
 * without it while it is away.
 */
export function redisOptions(environment: Environment): RedisConnection {
  const url = new URL(environment.REDIS_URL);
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port || 6379),
    db: Number(url.pathname.slice(1) || 0),
    ...(url.username && { username: decodeURIComponent(url.username) }),
    ...(url.password && { password: decodeURIComponent(url.password) }),
    ...(url.protocol === 'rediss:' && { tls: {} }),
    retryStrategy: (times) => Math.min(times * 50, 500),
    connectTimeout: 5_000,
    // A connection on which nothing comes back is dead even if nobody closed it. Longer than BullMQ waits for a job.
    socketTimeout: 10_000,
  };
}

/** For callers who would rather have an error now than an answer later. */
export const FAIL_FAST = {
  enableOfflineQueue: false,
  maxRetriesPerRequest: 1,
  commandTimeout: 1_000,
  socketTimeout: 2_000,
};
