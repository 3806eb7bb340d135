import { Injectable } from '@nestjs/common';
import { type RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { ApiEnvironment } from '../../config/api.environment.js';
import { Keys } from '../../config/keys.js';
import { RedisClient } from '../../redis/redis.module.js';
import { TooManyRequests } from '../../errors/domain-error.js';
import { rateLimitKey } from './rate-limit-key.js';
import { counter } from './counter.js';
import { type LimitName, LIMITS } from './limits.js';

/** Limits requests, by counters that all API processes share (see `counter`). */
@Injectable()
export class Throttle {
  private readonly limiters: ReadonlyMap<LimitName, RateLimiterRedis>;
  private readonly enabled: boolean;

  constructor(
    environment: ApiEnvironment,
    private readonly keys: Keys,
    redis: RedisClient,
  ) {
    this.enabled = environment.RATE_LIMIT_ENABLED;
    this.limiters = new Map(
      (Object.keys(LIMITS) as LimitName[]).map((name) => [
        name,
        counter(name, LIMITS[name].seconds, redis, LIMITS[name].points),
      ]),
    );
  }

  /**
   * Counts a request from an address, and if given about an account, of which only a keyed hash is kept.
   *
   * @throws TooManyRequests when the limit is used up
   */
  async countFrom(name: LimitName, address: string, account?: string): Promise<void> {
    const hash = account && this.keys.hash(account);
    await this.count(name, [rateLimitKey(address), hash].filter(Boolean).join(' '));
  }

  /** The keyed hashes of what stands for an account, by all keys, as they stand in counters. */
  hashesOf(account: string): string[] {
    return this.keys.hashes(account);
  }

  /** @throws TooManyRequests when the limit is used up for this key */
  async count(name: LimitName, key: string): Promise<void> {
    if (!this.enabled) return;
    try {
      await this.limiters.get(name)!.consume(key);
    } catch (refused) {
      if (!(refused instanceof RateLimiterRes)) throw refused;
      throw new TooManyRequests(Math.max(1, Math.ceil(refused.msBeforeNext / 1000)));
    }
  }
}
