import { Injectable } from '@nestjs/common';
import { type RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { ApiEnvironment } from '../../config/api.environment.js';
import { Keys } from '../../config/keys.js';
import { RedisClient } from '../../redis/redis.module.js';
import { TooManyRequests } from '../../errors/domain-error.js';
import { networkOf, rateLimitKey } from './rate-limit-key.js';
import { counter } from './counter.js';
import { type Limit, type LimitName, LIMITS, NETWORK_FACTORS } from './limits.js';

/** Rate limits, in counters that all API processes share (see `counter`). */
@Injectable()
export class Throttle {
  private readonly limiters: ReadonlyMap<LimitName, RateLimiterRedis>;
  /** For the larger networks of IPv6 addresses. */
  private readonly networks: readonly {
    readonly bits: number;
    readonly limiters: ReadonlyMap<LimitName, RateLimiterRedis>;
  }[];
  private readonly isEnabled: boolean;

  constructor(
    environment: ApiEnvironment,
    private readonly keys: Keys,
    redis: RedisClient,
  ) {
    this.isEnabled = environment.RATE_LIMIT_ENABLED;
    const countersOf = (suffix: string, factor: number): Map<LimitName, RateLimiterRedis> =>
      new Map(
        (Object.entries(LIMITS) as [LimitName, Limit][]).map(([name, { seconds, points }]) => [
          name,
          counter(name + suffix, seconds, redis, points * factor),
        ]),
      );
    this.limiters = countersOf('', 1);
    this.networks = NETWORK_FACTORS.map(({ bits, factor }) => ({
      bits,
      limiters: countersOf(`:${bits}`, factor),
    }));
  }

  /**
   * Counts a request from an address and, if given, for an email, which is stored as a keyed hash only. The larger
   * networks come last: an address beyond its own limit uses up nothing of them.
   *
   * @throws TooManyRequests when the limit is exhausted
   */
  async countFrom(name: LimitName, address: string, email?: string): Promise<void> {
    const hash = email && this.keys.hash(email);
    const keyOf = (network: string): string => [network, hash].filter(Boolean).join(' ');
    await this.count(name, keyOf(rateLimitKey(address)));
    for (const { bits, limiters } of this.networks) {
      const network = networkOf(address, bits);
      if (network !== undefined) await this.consume(limiters, name, keyOf(network));
    }
  }

  /** The keyed hashes that stand for an email in the counters, one per key. */
  hashesOf(email: string): string[] {
    return this.keys.hashes(email);
  }

  /** @throws TooManyRequests when the limit is exhausted for this key */
  async count(name: LimitName, key: string): Promise<void> {
    await this.consume(this.limiters, name, key);
  }

  /** Takes back one `count`. */
  async giveBack(name: LimitName, key: string): Promise<void> {
    await this.limiters.get(name)!.reward(key, 1);
  }

  private async consume(
    limiters: ReadonlyMap<LimitName, RateLimiterRedis>,
    name: LimitName,
    key: string,
  ): Promise<void> {
    if (!this.isEnabled) return;
    try {
      await limiters.get(name)!.consume(key);
    } catch (rejected) {
      if (!(rejected instanceof RateLimiterRes)) throw rejected;
      throw new TooManyRequests(Math.max(1, Math.ceil(rejected.msBeforeNext / 1000)));
    }
  }
}
