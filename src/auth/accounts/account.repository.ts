import { type EntityManager, IsNull, Not } from 'typeorm';
import { canonicalAddress, deliveryAddress } from '../../config/mail-address.js';
import { query, type Source, execute } from '../../database/statement.js';
import { ADDRESSES_OF_NOTICES } from '../../outbox/notification.sql.js';
import { Account } from './account.entity.js';
import { hashOfAddress } from './address-token.js';

/** The statements of the `accounts` table for other modules, and those that several services share. */

export function findAccount(tx: EntityManager, id: number): Promise<Account | null> {
  return tx.findOneBy(Account, { id });
}

/** Finds an account and locks it until the transaction ends. */
export function lockAccount(tx: EntityManager, id: number): Promise<Account | null> {
  return tx.findOne(Account, { where: { id }, lock: { mode: 'pessimistic_write' } });
}

/** The ids of all admins who can log in, except one. */
export async function findOtherAdmins(tx: EntityManager, id: number): Promise<number[]> {
  const admins = await tx.find(Account, {
    select: { id: true },
    where: { id: Not(id), role: 'admin', disabledAt: IsNull(), verifiedAt: Not(IsNull()) },
  });
  return admins.map((admin) => admin.id);
}

type WithFactor = Pick<Account, 'id' | 'secondFactor'>;

/** Confirms a second factor; false if it was replaced or confirmed meanwhile. */
export async function confirmFactor(
  tx: EntityManager,
  { id, secondFactor }: WithFactor,
  step: number,
  now: Date,
): Promise<boolean> {
  const { affectedRows } = await execute(
    tx,
    `/* confirm-second-factor */ UPDATE accounts SET second_factor_since = ?, second_factor_step = ?, version = version + 1
     WHERE id = ? AND second_factor = ? AND second_factor_since IS NULL`,
    [now, step, id, secondFactor],
  );
  return affectedRows > 0;
}

/** Marks the code of a time step as used and stores the resealed secret; false if the code was used before. */
export async function useStep(
  source: Source,
  { id, secondFactor }: WithFactor,
  { step, sealed }: { readonly step: number; readonly sealed: Buffer },
): Promise<boolean> {
  const { affectedRows } = await execute(
    source,
    `/* use-second-factor */ UPDATE accounts SET second_factor_step = ?, second_factor = ?
     WHERE id = ? AND second_factor = ? AND second_factor_step < ?`,
    [step, sealed, id, secondFactor, step],
  );
  return affectedRows > 0;
}

/** An address to which emails of an account go or went. */
export interface AddressOfAccount {
  readonly email: string;
  /** Whether the account had confirmed it, and then left it. */
  readonly was_confirmed: 0 | 1;
}

/** What accounts say about an address. */
export interface AddressStanding {
  /** Whether an account has confirmed it. */
  readonly isConfirmed: boolean;
  /** Whether its owner has refused emails. */
  readonly isRefused: boolean;
}

/** How an address stands that belongs to no account in particular. */
export async function findAddressStanding(source: Source, address: string): Promise<AddressStanding> {
  const [row] = await query<{ is_confirmed: number; is_refused: number }>(
    source,
    `/* find-address-standing */
     SELECT EXISTS (SELECT 1 FROM accounts WHERE email = ? AND verified_at IS NOT NULL) AS is_confirmed,
            EXISTS (SELECT 1 FROM refused_addresses WHERE hash = ?) AS is_refused`,
    [canonicalAddress(address), hashOfAddress(deliveryAddress(address))],
  );
  return { isConfirmed: row!.is_confirmed === 1, isRefused: row!.is_refused === 1 };
}

/** The present address of an account, and those that it had or requested. An address may be in several rows. */
export async function findAddressesOf(tx: EntityManager, id: number): Promise<AddressOfAccount[]> {
  return query<AddressOfAccount>(
    tx,
    `/* find-addresses-of-account */
     SELECT COALESCE(mail_address, email) AS email, 0 AS was_confirmed FROM accounts WHERE id = ?
     UNION SELECT address, used_at IS NOT NULL FROM account_links WHERE account_id = ? AND address IS NOT NULL
     UNION ${ADDRESSES_OF_NOTICES}`,
    [id, id, id],
  );
}
