import { createHash } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import { canonicalAddress, deliveryAddress } from '../config/mail-address.js';
import { isDuplicate } from './mysql-errors.js';

const PAGE_ROWS = 500;

/**
 * Part of a WHERE clause: the address of an account may not be canonical. Before there was a canonical form, addresses
 * were stored in lower case, which differs only with characters beyond ASCII.
 */
export const MAY_BE_NONCANONICAL = 'LENGTH(email) <> CHAR_LENGTH(email)';

interface Row {
  readonly id: number;
  readonly email: string;
}

/**
 * Gives accounts the canonical form of their address, oldest first. If another account already has that form, the two
 * share a mailbox and both stay as they are: the integrity check names them. Safe to run again at any time.
 */
export async function canonicalizeAddresses(manager: EntityManager): Promise<void> {
  for (let after = 0; ;) {
    const rows = await manager.query<Row[]>(
      `SELECT id, email FROM accounts WHERE id > ? AND ${MAY_BE_NONCANONICAL} ORDER BY id LIMIT ${PAGE_ROWS}`,
      [after],
    );
    for (const row of rows) if (canonicalAddress(row.email) !== row.email) await canonicalize(manager, row);
    if (rows.length < PAGE_ROWS) return;
    after = rows.at(-1)!.id;
  }
}

async function canonicalize(manager: EntityManager, { id, email }: Row): Promise<void> {
  const [canonical, mailed] = [canonicalAddress(email), deliveryAddress(email)];
  // An address that refused mails still gets none. This comes first because it can be repeated.
  await manager.query(
    `INSERT IGNORE INTO refused_addresses (hash, refused_at)
     SELECT UNHEX(?), refused_at FROM refused_addresses WHERE hash = UNHEX(?)`,
    [hashOf(mailed), hashOf(email)],
  );
  try {
    await manager.query('UPDATE accounts SET email = ?, mail_address = ? WHERE id = ? AND email = ?', [
      canonical,
      mailed === canonical ? null : mailed,
      id,
      email,
    ]);
  } catch (error) {
    if (!isDuplicate(error, 'accounts_email')) throw error;
  }
}

/** Must equal `hashOfAddress` in `auth`, in hex. */
function hashOf(address: string): string {
  return createHash('sha256').update(address).digest('hex');
}
