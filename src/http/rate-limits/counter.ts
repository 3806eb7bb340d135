import { RateLimiterMemory, RateLimiterRedis } from 'rate-limiter-flexible';
import type { RedisClient } from '../../redis/redis.module.js';

/** The prefix of every counter's key. */
export const COUNTER_PREFIX = 'throttle:';

/**
 * A counter in Redis, which all API processes share. While Redis is unavailable, each process counts on its own.
 *
 * @param seconds after which the count starts again
 * @param points after which `consume` rejects; by default never
 */
export function counter(
  name: string,
  seconds: number,
  redis: RedisClient,
  points: number = Number.MAX_SAFE_INTEGER,
): RateLimiterRedis {
  const limit = { points, duration: seconds };
  return new RateLimiterRedis({
    ...limit,
    storeClient: redis,
    keyPrefix: COUNTER_PREFIX + name,
    rejectIfRedisNotReady: true,
    insuranceLimiter: new RateLimiterMemory(limit),
  });
}
