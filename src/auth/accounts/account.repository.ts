import type { EntityManager } from 'typeorm';
import { Account } from './account.entity.js';

/** The statements of the `accounts` table on behalf of other rooms. */

export function findAccount(tx: EntityManager, id: number): Promise<Account | null> {
  return tx.findOneBy(Account, { id });
}

/** The account, which nobody changes or erases until the transaction ends. */
export function lockAccount(tx: EntityManager, id: number): Promise<Account | null> {
  return tx.findOne(Account, { where: { id }, lock: { mode: 'pessimistic_write' } });
}
