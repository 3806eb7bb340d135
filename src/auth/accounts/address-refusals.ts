import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { Actor } from '../../audit/actor.js';
import { AuditTrail } from '../../audit/audit-trail.js';
import { Keys } from '../../config/keys.js';
import { inTransaction } from '../../database/in-transaction.js';
import { write } from '../../database/statement.js';
import { Clock } from '../../time/clock.js';
import { mailsOf } from './account-address.js';
import { Account } from './account.entity.js';
import { linkInvalid } from './account-links.js';
import { hashOfAddress, readAddressToken } from './address-token.js';

/**
 * Addresses whose owners said that an account is not theirs. They get no mails, whichever account asks for them, until one
 * of them is confirmed. Only hashes of them are kept.
 */
@Injectable()
export class AddressRefusals {
  constructor(
    private readonly dataSource: DataSource,
    private readonly audit: AuditTrail,
    private readonly clock: Clock,
    private readonly keys: Keys,
  ) {}

  /** @throws Refusal LINK_INVALID: unknown, or the account's address was confirmed since */
  async refuse(by: Actor, token: string): Promise<void> {
    const mailed = this.keys.find((key) => readAddressToken(token, key));
    if (!mailed) throw linkInvalid();
    const { accountId, hash } = mailed;
    await inTransaction(this.dataSource, async (tx) => {
      const account = await tx.findOne(Account, {
        where: { id: accountId },
        lock: { mode: 'pessimistic_write' },
      });
      if (account?.isVerified && hashOfAddress(mailsOf(account)).equals(hash)) throw linkInvalid();
      await write(
        tx,
        'INSERT INTO refused_addresses (hash, refused_at) VALUES (?, ?) ON DUPLICATE KEY UPDATE refused_at = refused_at',
        [hash, new Date(this.clock.now())],
      );
      await this.audit.record(tx, by, 'account.address_refused', accountId);
    });
  }

  /** Lets mails go to an address again: its owner has confirmed it. */
  async lift(tx: EntityManager, address: string): Promise<void> {
    await write(tx, 'DELETE FROM refused_addresses WHERE hash = ?', [hashOfAddress(address)]);
  }
}
