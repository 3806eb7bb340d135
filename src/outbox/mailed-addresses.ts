import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Keys } from '../config/keys.js';
import { canonicalAddress } from '../config/mail-address.js';
import { Clock } from '../time/clock.js';
import { lockAddress } from './mailed-address.repository.js';

/**
 * Addresses that mails go to, as they are counted: by keyed hashes, whichever accounts the mails are for. What is counted
 * outlives the erasure of an account, so that registering again brings no further mails; it goes after a day, and what
 * pauses codes after a week.
 */
@Injectable()
export class MailedAddresses {
  constructor(
    private readonly keys: Keys,
    private readonly clock: Clock,
  ) {}

  /** The keyed hashes of an address, by all keys: new counts have the first, and all of them are counted. */
  hashesOf(email: string): string[] {
    return this.keys.hashes(`mail ${canonicalAddress(email)}`);
  }

  /**
   * Locks an address until the transaction ends, so that of two that count at once the second sees the first. Comes after
   * the lock of an account, never before.
   */
  async lock(tx: EntityManager, [hash]: readonly string[]): Promise<void> {
    await lockAddress(tx, hash!, new Date(this.clock.now()));
  }
}
