import { Injectable } from '@nestjs/common';
import type { RateLimiterAbstract } from 'rate-limiter-flexible';
import { ApiEnvironment } from '../../config/api.environment.js';
import { Keys } from '../../config/keys.js';
import { counter } from '../../http/rate-limits/counter.js';
import type { LimitName } from '../../http/rate-limits/limits.js';
import { rateLimitKey } from '../../http/rate-limits/rate-limit-key.js';
import { accountKey } from '../../http/rate-limits/request-limits.js';
import { Throttle } from '../../http/rate-limits/throttle.js';
import { RedisClient } from '../../redis/redis.module.js';
import type { Account } from '../accounts/account.entity.js';

/** Less than the 24 days of the longest JavaScript timer: timers replace Redis while it is unavailable. */
const SUCCESS_COUNTS_FOR = 21 * 24 * 60 * 60;

type WithFactor = Pick<Account, 'id' | 'passwordHash' | 'secondFactorSince'>;

/** An attempt under way. */
export interface DigitAttempt {
  /** Call it if the digits were right. */
  succeeded(): Promise<void>;
}

const UNLIMITED: DigitAttempt = { succeeded: () => Promise.resolve() };

/**
 * Limits wrong digits of a second factor (RFC 6238, 5.2). Only somebody with the password can send any, and nothing
 * resets a count:
 *
 * - The digits are counted by account and password. A new password has a count of its own, so its owner gets in even if
 *   somebody has used up the attempts with the former one.
 * - All passwords of an account share a daily limit, so password changes do not add attempts without end.
 * - An address from which the right digits came has its own count: attempts from elsewhere do not lock its owner out.
 */
@Injectable()
export class DigitAttempts {
  private readonly successes: RateLimiterAbstract;

  constructor(
    private readonly environment: ApiEnvironment,
    private readonly throttle: Throttle,
    private readonly keys: Keys,
    redis: RedisClient,
  ) {
    this.successes = counter('secondFactorSuccesses', SUCCESS_COUNTS_FOR, redis);
  }

  /**
   * Counts an attempt as wrong until it succeeds, so that parallel attempts cannot get around the limits.
   *
   * @throws TooManyRequests
   */
  async begin(account: WithFactor, address: string | null): Promise<DigitAttempt> {
    if (!this.environment.RATE_LIMIT_ENABLED) return UNLIMITED;
    const places = this.keys.hashes(placeOf(account, address));
    const successes = await Promise.all(places.map((place) => this.successes.get(place)));
    const isKnown = successes.some(Boolean);
    const counts = isKnown ? countsOfPlace(account.id, places[0]!) : this.countsOfPassword(account);
    for (const [name, key] of counts) await this.throttle.count(name, key);
    return {
      succeeded: async () => {
        await Promise.all([
          this.successes.penalty(places[0]!, 1),
          ...counts.map(([name, key]) => this.throttle.giveBack(name, key)),
        ]);
      },
    };
  }

  /** In this order: attempts with an exhausted password use up nothing of the account's other passwords. */
  private countsOfPassword({ id, passwordHash }: WithFactor): readonly [LimitName, string][] {
    const key = `${accountKey(id)} password ${this.keys.hash(`attempts with ${passwordHash}`)}`;
    return [
      ['secondFactor', key],
      ['secondFactorDaily', key],
      ['secondFactorAccount', accountKey(id)],
    ];
  }
}

/** A new second factor has no known addresses: the former one may have been a stranger's. */
function placeOf({ id, secondFactorSince }: WithFactor, address: string | null): string {
  return `second factor ${id} ${secondFactorSince?.getTime()} ${rateLimitKey(address ?? '')}`;
}

function countsOfPlace(id: number, place: string): readonly [LimitName, string][] {
  const key = `${accountKey(id)} address ${place}`;
  return [
    ['secondFactor', key],
    ['secondFactorDaily', key],
  ];
}
