import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { lockAccount } from '../auth/accounts/account.repository.js';
import { ChangedMeanwhile } from '../database/in-transaction.js';
import { moveNotifications } from '../outbox/cancellation.repository.js';
import {
  findManaged,
  lockManaged,
  type Managed,
  setManager,
} from '../patients/patient-account.repository.js';
import { bookingsOfPatients } from './booking.sql.js';
import { setAccountOfBookings } from './patient-bookings.repository.js';

/**
 * Locks patients, and gives them to accounts. Their bookings and notifications follow: so this, `PatientMerge` and
 * `PatientAcceptance` are in this room, since `patients` must not import `bookings`.
 */
@Injectable()
export class ManagedPatients {
  /**
   * Locks the accounts that manage these patients, and then the patients, both in ascending order: a concurrent erasure
   * of an account comes before or after.
   */
  async lockIn(tx: EntityManager, ids: readonly number[]): Promise<Managed[]> {
    const before = await findManaged(tx, ids);
    const accounts = new Set(before.flatMap(({ accountId }) => accountId ?? []));
    for (const accountId of [...accounts].sort((a, b) => a - b)) await lockAccount(tx, accountId);
    const locked = await lockManaged(tx, ids);
    const isKnown = ({ accountId }: Managed): boolean => accountId === null || accounts.has(accountId);
    if (!locked.every(isKnown)) throw new ChangedMeanwhile();
    return locked;
  }

  /** Gives a locked patient to an account. */
  async giveIn(
    tx: EntityManager,
    id: number,
    manager: Pick<Managed, 'accountId' | 'relation'>,
  ): Promise<void> {
    await setManager(tx, id, manager);
    await setAccountOfBookings(tx, id, manager.accountId);
    await moveNotifications(tx, bookingsOfPatients([id]), manager.accountId);
  }
}
