import { Injectable, Logger } from '@nestjs/common';
import { canonicalAddress } from '../../config/mail-address.js';
import { RedisClient } from '../../redis/redis.module.js';
import { COUNTER_PREFIX } from '../../http/rate-limits/counter.js';
import { LoginFailures } from './login-failures.js';
import { Throttle } from '../../http/rate-limits/throttle.js';

const KEYS_AT_ONCE = 1_000;

/** Deletes the counters of an email address. */
@Injectable()
export class AddressCounters {
  private readonly logger = new Logger(AddressCounters.name);

  constructor(
    private readonly failures: LoginFailures,
    private readonly throttle: Throttle,
    private readonly redis: RedisClient,
  ) {}

  /**
   * Deletes every counter whose key contains a hash of the address, by the present or the former key. Never fails:
   * while Redis is unavailable, the counters stay until they expire, after at most three weeks.
   */
  async forget(email: string): Promise<void> {
    const address = canonicalAddress(email);
    try {
      for (const hash of [...this.failures.hashesOf(address), ...this.throttle.hashesOf(address)])
        await this.deleteMatching(`${COUNTER_PREFIX}*${hash}*`);
    } catch (error) {
      this.logger.warn(`Cannot delete the counters of an address: ${(error as Error).message}`);
    }
  }

  private async deleteMatching(match: string): Promise<void> {
    for await (const keys of this.redis.scanStream({ match, count: KEYS_AT_ONCE }) as AsyncIterable<string[]>)
      if (keys.length > 0) await this.redis.unlink(...keys);
  }
}
