import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Keys } from '../config/keys.js';
import { canonicalAddress } from '../config/mail-address.js';
import { Clock } from '../time/clock.js';
import { lockAddress } from './mailed-address.repository.js';

/**
 * The addresses that mails are counted by, as keyed hashes, for whichever accounts the mails are. The counts outlive
 * the erasure of an account, so that registering again brings no further mails. Counts of mails are kept for a day,
 * those that pause codes for a week.
 */
@Injectable()
export class MailedAddresses {
  constructor(
    private readonly keys: Keys,
    private readonly clock: Clock,
  ) {}

  /** The hashes of an address with all keys. New counts use the first; counting looks for all of them. */
  hashesOf(email: string): string[] {
    return this.keys.hashes(`mail ${canonicalAddress(email)}`);
  }

  /**
   * Locks an address until the transaction ends, so that the second of two concurrent counts sees the first. The lock
   * of an account comes before, never after.
   */
  async lock(tx: EntityManager, [hash]: readonly string[]): Promise<void> {
    await lockAddress(tx, hash!, new Date(this.clock.now()));
  }
}
