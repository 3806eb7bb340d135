import { Injectable } from '@nestjs/common';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { Environment } from '../config/environment.js';
import { RedisClient } from '../database/redis.module.js';
import { TooManyRequests } from '../http/domain-error.js';

/** How many requests, within how many seconds. */
interface Limit {
  readonly points: number;
  readonly duration: number;
}

const LIMITS = {
  /** Anything, by account, or by address for callers without a token. */
  general: { points: 600, duration: 60 },
  /** Attempts to log in, from one address. */
  loginByAddress: { points: 30, duration: 60 },
  /** Attempts to log in to one account from one address: a stranger elsewhere cannot use them up. */
  loginByAccount: { points: 10, duration: 60 },
  /** Attempts at the own password, by an account that is logged in. */
  password: { points: 10, duration: 60 },
  /** Exchanges of refresh tokens from one address. */
  refresh: { points: 60, duration: 60 },
  /** Mails that one address asks for. */
  mails: { points: 10, duration: 600 },
  /** Mailed codes that one address tries. */
  codes: { points: 30, duration: 60 },
  /** New accounts from one address. */
  register: { points: 10, duration: 60 },
} satisfies Record<string, Limit>;

export type LimitName = keyof typeof LIMITS;

/**
 * Counts requests in Redis, so that all API processes share the counters. While Redis is away each process
 * counts on its own: requests are still limited, and still answered.
 */
@Injectable()
export class Throttle {
  private readonly limiters: ReadonlyMap<LimitName, RateLimiterRedis>;
  private readonly enabled: boolean;

  constructor(environment: Environment, redis: RedisClient) {
    this.enabled = environment.RATE_LIMIT_ENABLED;
    this.limiters = new Map(
      (Object.keys(LIMITS) as LimitName[]).map((name) => [name, limiter(name, LIMITS[name], redis)]),
    );
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

function limiter(name: string, limit: Limit, redis: RedisClient): RateLimiterRedis {
  return new RateLimiterRedis({
    ...limit,
    storeClient: redis,
    keyPrefix: `throttle:${name}`,
    rejectIfRedisNotReady: true,
    insuranceLimiter: new RateLimiterMemory(limit),
  });
}
