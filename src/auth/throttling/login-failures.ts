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
/** A timer, which takes Redis's place while it is away, holds no more than 24 days. */
const KNOWN_FOR = 21 * DAY;

/** An attempt to log in that has begun. */
export interface Attempt {
  /** Milliseconds until a wrong password is said to be one; the same whether or not there is an account. */
  readonly refusalDelayMs: number;
  /** Milliseconds until a right one opens the account: fewer for those who have done so from there before. */
  readonly successDelayMs: number;
  /** To be said when the password was right. */
  succeeded(): Promise<void>;
}

const AT_ONCE: Attempt = { refusalDelayMs: 0, successDelayMs: 0, succeeded: () => Promise.resolve() };

/**
 * Counts failures to log in, by account and by address, in Redis. What strangers fail at does not slow down those who
 * logged in from the same address before. Addresses of mails are kept as keyed hashes.
 */
@Injectable()
export class LoginFailures {
  private readonly ofAccount: RateLimiterAbstract;
  private readonly ofAddress: RateLimiterAbstract;
  private readonly successes: RateLimiterAbstract;

  constructor(
    private readonly environment: ApiEnvironment,
    private readonly keys: Keys,
    redis: RedisClient,
  ) {
    this.ofAccount = counter('failures:account', DAY, redis);
    this.ofAddress = counter('failures:address', HOUR, redis);
    this.successes = counter('successes', KNOWN_FOR, redis);
  }

  /** Counts an attempt as failed until it is said to have succeeded: many at once do not get around the delay. */
  async begin(email: string, address: string): Promise<Attempt> {
    if (!this.environment.RATE_LIMIT_ENABLED) return AT_ONCE;
    const names = this.hashesOf(canonicalAddress(email));
    const [account, from] = [names[0]!, rateLimitKey(address)];
    const [known, former, byAccount, byAddress] = await Promise.all([
      Promise.all(names.map((name) => this.successes.get(`${name} ${from}`))),
      Promise.all(names.slice(1).map((name) => this.ofAccount.get(name))),
      this.ofAccount.penalty(account, 1),
      this.ofAddress.penalty(from, 1),
    ]);
    const before = former.reduce((sum, count) => sum + (count?.consumedPoints ?? 0), 0);
    const failed = {
      account: byAccount.consumedPoints - 1 + before,
      address: byAddress.consumedPoints - 1,
    };
    return {
      refusalDelayMs: loginDelay(failed),
      successDelayMs: loginDelay(known.some(Boolean) ? { ...failed, account: 0 } : failed),
      succeeded: async () => {
        await Promise.all([
          this.successes.penalty(`${account} ${from}`, 1),
          this.ofAccount.reward(account, 1),
          this.ofAddress.reward(from, 1),
        ]);
      },
    };
  }

  /** The keyed hashes of an address in its canonical form, by all keys, as they stand in counters. */
  hashesOf(address: string): string[] {
    return this.keys.hashes(`login ${address}`);
  }
}
