import { Injectable, Logger } from '@nestjs/common';
import { canonicalAddress } from '../../config/mail-address.js';
import { RedisClient } from '../../redis/redis.module.js';
import { COUNTER_PREFIX } from '../../http/rate-limits/counter.js';
import { LoginFailures } from './login-failures.js';
import { Throttle } from '../../http/rate-limits/throttle.js';

const KEYS_AT_ONCE = 1_000;

/** Forgets what is counted about an address of a mail. */
@Injectable()
export class AddressCounters {
  private readonly logger = new Logger(AddressCounters.name);

  constructor(
    private readonly failures: LoginFailures,
    private readonly throttle: Throttle,
    private readonly redis: RedisClient,
  ) {}

  /**
   * Deletes every counter whose key has a keyed hash of the address, by the former key too. Never fails: while Redis is away
   * they stay until they expire, after three weeks at the latest.
   */
  async forget(email: string): Promise<void> {
    const address = canonicalAddress(email);
    try {
      for (const hash of [...this.failures.hashesOf(address), ...this.throttle.hashesOf(address)])
        await this.deleteMatching(`${COUNTER_PREFIX}*${hash}*`);
    } catch (error) {
      this.logger.warn(`Cannot forget the counters of an address: ${(error as Error).message}`);
    }
  }

  private async deleteMatching(match: string): Promise<void> {
    for await (const keys of this.redis.scanStream({ match, count: KEYS_AT_ONCE }) as AsyncIterable<string[]>)
      if (keys.length > 0) await this.redis.unlink(...keys);
  }
}
