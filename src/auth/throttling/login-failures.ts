import { Injectable } from '@nestjs/common';
import { type RateLimiterAbstract } from 'rate-limiter-flexible';
import { ApiEnvironment } from '../../config/api.environment.js';
import { Keys } from '../../config/keys.js';
import { canonicalAddress } from '../../config/mail-address.js';
import { RedisClient } from '../../redis/redis.module.js';
import { rateLimitKey } from '../../http/rate-limits/rate-limit-key.js';
import { counter } from '../../http/rate-limits/counter.js';
import { loginDelay } from './login-delay.js';

const HOUR = 60 * 60;
const DAY = 24 * HOUR;
/** Less than the 24 days of the longest JavaScript timer: timers replace Redis while it is unavailable. */
const SUCCESS_COUNTS_FOR = 21 * DAY;

/** A log-in attempt under way. */
export interface Attempt {
  /** Delay of the answer to a wrong password, in ms; the same whether or not the account exists. */
  readonly refusalDelayMs: number;
  /** Delay of the answer to the right password, in ms; shorter if the account logged in from this address before. */
  readonly successDelayMs: number;
  /** Call it if the password was right. */
  succeeded(): Promise<void>;
}

const NO_DELAY: Attempt = { refusalDelayMs: 0, successDelayMs: 0, succeeded: () => Promise.resolve() };

/**
 * Counts failed log-ins in Redis, by account and by network address. Failures of strangers do not slow down owners who
 * have logged in from their address before. Email addresses are stored as keyed hashes.
 */
@Injectable()
export class LoginFailures {
  private readonly accountFailures: RateLimiterAbstract;
  private readonly addressFailures: RateLimiterAbstract;
  private readonly successes: RateLimiterAbstract;

  constructor(
    private readonly environment: ApiEnvironment,
    private readonly keys: Keys,
    redis: RedisClient,
  ) {
    this.accountFailures = counter('failures:account', DAY, redis);
    this.addressFailures = counter('failures:address', HOUR, redis);
    this.successes = counter('successes', SUCCESS_COUNTS_FOR, redis);
  }

  /** Counts an attempt as failed until it succeeds, so that parallel attempts cannot get around the delay. */
  async begin(email: string, address: string): Promise<Attempt> {
    if (!this.environment.RATE_LIMIT_ENABLED) return NO_DELAY;
    const hashes = this.hashesOf(canonicalAddress(email));
    const [account, from] = [hashes[0]!, rateLimitKey(address)];
    const [successes, former, byAccount, byAddress] = await Promise.all([
      Promise.all(hashes.map((hash) => this.successes.get(`${hash} ${from}`))),
      Promise.all(hashes.slice(1).map((hash) => this.accountFailures.get(hash))),
      this.accountFailures.penalty(account, 1),
      this.addressFailures.penalty(from, 1),
    ]);
    const formerFailures = former.reduce((sum, count) => sum + (count?.consumedPoints ?? 0), 0);
    const failed = {
      account: byAccount.consumedPoints - 1 + formerFailures,
      address: byAddress.consumedPoints - 1,
    };
    return {
      refusalDelayMs: loginDelay(failed),
      successDelayMs: loginDelay(successes.some(Boolean) ? { ...failed, account: 0 } : failed),
      succeeded: async () => {
        await Promise.all([
          this.successes.penalty(`${account} ${from}`, 1),
          this.accountFailures.reward(account, 1),
          this.addressFailures.reward(from, 1),
        ]);
      },
    };
  }

  /** The hashes of a canonical address, by all keys, as counters use them. */
  hashesOf(address: string): string[] {
    return this.keys.hashes(`login ${address}`);
  }
}
