import { Injectable } from '@nestjs/common';
import { type RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { counter } from '../http/rate-limits/counter.js';
import { RedisClient } from '../redis/redis.module.js';
import { TooManyRequests } from '../errors/domain-error.js';

/** A longer export is aborted: its client reads too slowly. */
export const LONGEST_EXPORT_SECONDS = 300;
/** The count of an export whose process has died expires after this time. */
const EXPIRES_AFTER_SECONDS = LONGEST_EXPORT_SECONDS + 30;
const RETRY_AFTER_SECONDS = 5;

/** Allows one export of an account at a time, with a counter that all API processes share. */
@Injectable()
export class RunningExports {
  private readonly running: RateLimiterRedis;

  constructor(redis: RedisClient) {
    this.running = counter('export:running', EXPIRES_AFTER_SECONDS, redis, 1);
  }

  /**
   * @returns releases the account; call it when the export has ended
   * @throws TooManyRequests while another export of the account is running
   */
  async begin(accountId: number): Promise<() => void> {
    try {
      await this.running.consume(accountId);
    } catch (refused) {
      if (!(refused instanceof RateLimiterRes)) throw refused;
      throw new TooManyRequests(RETRY_AFTER_SECONDS);
    }
    // If Redis is unavailable, the count expires by itself.
    return () => void this.running.delete(accountId).catch(() => undefined);
  }
}
