import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { Changes } from '../../outbox/changes.js';
import { Keys } from '../../config/keys.js';
import { canonicalAddress, deliveryAddress } from '../../config/mail-address.js';
import { inTransaction } from '../../database/in-transaction.js';
import type { Context } from '../../http/context.js';
import { Clock } from '../../time/clock.js';
import { Account } from './account.entity.js';
import { linkInvalid } from './account-links.js';
import { findAddressesOf } from './account.repository.js';
import { allowAddress, isAddressRefused, refuseAddress } from './refused-address.repository.js';
import { PatientAddresses } from './patient-addresses.js';
import { hashOfAddress, readAddressToken } from './address-token.js';

/**
 * Addresses whose owners said that an account, or a patient, is not theirs. Such an address gets no email from any account until it is
 * confirmed. Only hashes are stored. A confirmed address cannot be refused, nor a former one that the account had
 * confirmed: otherwise a link in an old email could cut its owner off.
 */
@Injectable()
export class AddressRefusals {
  constructor(
    private readonly dataSource: DataSource,
    private readonly changes: Changes,
    private readonly clock: Clock,
    private readonly keys: Keys,
    private readonly patients: PatientAddresses,
  ) {}

  /**
   * @throws Refusal LINK_INVALID: unknown, no longer an address of the account or patient, or confirmed by any account
   *   since
   */
  async refuse(context: Context, token: string): Promise<void> {
    const mailed = this.keys.firstResult((key) => readAddressToken(token, key));
    if (!mailed) throw linkInvalid();
    const { type, id, hash } = mailed;
    await inTransaction(this.dataSource, async (tx) => {
      const email = await (type === 'account'
        ? unconfirmedAddress(tx, id, hash)
        : this.addressOfPatient(tx, id, hash));
      if (email === undefined || (await isConfirmed(tx, email))) throw linkInvalid();
      if (await isAddressRefused(tx, hash)) return;
      await refuseAddress(tx, hash, new Date(this.clock.now()));
      await this.changes.record(context, tx, { action: `${type}.address_refused`, subjectId: id });
    });
  }

  /** The patient's own address, if it has this hash. */
  private async addressOfPatient(tx: EntityManager, id: number, hash: Buffer): Promise<string | undefined> {
    const email = await this.patients.find(tx, id);
    return email !== null && hashOfAddress(deliveryAddress(email)).equals(hash) ? email : undefined;
  }

  /** Allows emails to an address again, after its owner has confirmed it. */
  async lift(tx: EntityManager, address: string): Promise<void> {
    await allowAddress(tx, hashOfAddress(address));
  }
}

/**
 * The address with this hash that the account has, had or requested; undefined if there is none, or if the account had
 * confirmed it and then left it.
 */
async function unconfirmedAddress(
  tx: EntityManager,
  accountId: number,
  hash: Buffer,
): Promise<string | undefined> {
  const addresses = await findAddressesOf(tx, accountId);
  const mailed = addresses.filter(({ email }) => hashOfAddress(email).equals(hash));
  return mailed.some((address) => address.was_confirmed === 1) ? undefined : mailed[0]?.email;
}

/** Whether an account has confirmed the address. Locks that account until the transaction ends. */
async function isConfirmed(tx: EntityManager, email: string): Promise<boolean> {
  const account = await tx.findOne(Account, {
    where: { email: canonicalAddress(email) },
    lock: { mode: 'pessimistic_write' },
  });
  return account?.isVerified ?? false;
}
