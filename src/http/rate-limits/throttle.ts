import { Injectable } from '@nestjs/common';
import { type RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { ApiEnvironment } from '../../config/api.environment.js';
import { Keys } from '../../config/keys.js';
import { RedisClient } from '../../redis/redis.module.js';
import { TooManyRequests } from '../../errors/domain-error.js';
import { rateLimitKey } from './rate-limit-key.js';
import { counter } from './counter.js';
import { type LimitName, LIMITS } from './limits.js';

/** Rate limits, in counters that all API processes share (see `counter`). */
@Injectable()
export class Throttle {
  private readonly limiters: ReadonlyMap<LimitName, RateLimiterRedis>;
  private readonly isEnabled: boolean;

  constructor(
    environment: ApiEnvironment,
    private readonly keys: Keys,
    redis: RedisClient,
  ) {
    this.isEnabled = environment.RATE_LIMIT_ENABLED;
    this.limiters = new Map(
      (Object.keys(LIMITS) as LimitName[]).map((name) => [
        name,
        counter(name, LIMITS[name].seconds, redis, LIMITS[name].points),
      ]),
    );
  }

  /**
   * Counts a request from an address and, if given, for an email, which is stored as a keyed hash only.
   *
   * @throws TooManyRequests when the limit is exhausted
   */
  async countFrom(name: LimitName, address: string, email?: string): Promise<void> {
    const hash = email && this.keys.hash(email);
    await this.count(name, [rateLimitKey(address), hash].filter(Boolean).join(' '));
  }

  /** The keyed hashes that stand for an email in the counters, one per key. */
  hashesOf(email: string): string[] {
    return this.keys.hashes(email);
  }

  /** @throws TooManyRequests when the limit is exhausted for this key */
  async count(name: LimitName, key: string): Promise<void> {
    if (!this.isEnabled) return;
    try {
      await this.limiters.get(name)!.consume(key);
    } catch (rejected) {
      if (!(rejected instanceof RateLimiterRes)) throw rejected;
      throw new TooManyRequests(Math.max(1, Math.ceil(rejected.msBeforeNext / 1000)));
    }
  }
}
