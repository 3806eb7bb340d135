import { Injectable } from '@nestjs/common';
import { type RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { counter } from '../http/rate-limits/counter.js';
import { RedisClient } from '../redis/redis.module.js';
import { TooManyRequests } from '../errors/domain-error.js';

/** An export that its client reads so slowly is ended. */
export const LONGEST_EXPORT_SECONDS = 300;
/** Those of a process that died count no longer than that. */
const FORGOTTEN_AFTER_SECONDS = LONGEST_EXPORT_SECONDS + 30;
const AGAIN_IN_SECONDS = 5;

/** One export of an account at a time, by a counter that all API processes share. */
@Injectable()
export class RunningExports {
  private readonly running: RateLimiterRedis;

  constructor(redis: RedisClient) {
    this.running = counter('export:running', FORGOTTEN_AFTER_SECONDS, redis, 1);
  }

  /**
   * @returns to be called when it has ended
   * @throws TooManyRequests while another one is under way
   */
  async begin(accountId: number): Promise<() => void> {
    try {
      await this.running.consume(accountId);
    } catch (refused) {
      if (!(refused instanceof RateLimiterRes)) throw refused;
      throw new TooManyRequests(AGAIN_IN_SECONDS);
    }
    // Where Redis is away just then, its count ends by itself.
    return () => void this.running.delete(accountId).catch(() => undefined);
  }
}
