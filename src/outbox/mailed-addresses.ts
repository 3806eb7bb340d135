import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Keys } from '../config/keys.js';
import { canonicalAddress } from '../config/mail-address.js';
import { sweepBy } from '../database/in-batches.js';
import { write } from '../database/statement.js';
import { Clock } from '../time/clock.js';

const DAY_MS = 24 * 60 * 60_000;

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
    const now = new Date(this.clock.now());
    await write(
      tx,
      'INSERT INTO mailed_addresses (address_hash, counted_at) VALUES (?, ?) ON DUPLICATE KEY UPDATE counted_at = ?',
      [hash, now, now],
    );
  }
}

/** Deletes addresses by which nothing has been counted for a day. */
export const deleteOldMailedAddresses = sweepBy(
  'DELETE FROM mailed_addresses WHERE counted_at < ? ORDER BY counted_at',
  DAY_MS,
);
