import { RateLimiterMemory, RateLimiterRedis } from 'rate-limiter-flexible';
import type { RedisClient } from '../../redis/redis.module.js';

/** Begins the key of every counter. */
export const COUNTER_PREFIX = 'throttle:';

/**
 * Counts in Redis, so that all API processes share the count. While Redis is away each process counts on its own.
 *
 * @param seconds after which a count begins anew
 * @param points after which `consume` refuses; by default never
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
