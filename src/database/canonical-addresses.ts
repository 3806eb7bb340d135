import { createHash } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import { canonicalAddress, deliveryAddress } from '../config/mail-address.js';
import { isDuplicate } from './mysql-errors.js';

const PAGE_ROWS = 500;

/**
 * Whether an account's address, which was in lower case before there was a canonical form, may be in another: any with a
 * character beyond ASCII. A part of a WHERE clause.
 */
export const MAY_BE_RENEWED = 'LENGTH(email) <> CHAR_LENGTH(email)';

interface Row {
  readonly id: number;
  readonly email: string;
}

/**
 * Gives accounts that lack it the canonical form of their address, oldest first. Where another account has it already the
 * two share a mailbox, and both stay as they are: the integrity check names them. Can be run again at any time.
 */
export async function renewAddresses(manager: EntityManager): Promise<void> {
  for (let after = 0; ;) {
    const rows = await manager.query<Row[]>(
      `SELECT id, email FROM accounts WHERE id > ? AND ${MAY_BE_RENEWED} ORDER BY id LIMIT ${PAGE_ROWS}`,
      [after],
    );
    for (const row of rows) if (canonicalAddress(row.email) !== row.email) await renew(manager, row);
    if (rows.length < PAGE_ROWS) return;
    after = rows.at(-1)!.id;
  }
}

async function renew(manager: EntityManager, { id, email }: Row): Promise<void> {
  const [canonical, mailed] = [canonicalAddress(email), deliveryAddress(email)];
  // Whose owner wants no mails still gets none. First, since it may be done again.
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

/** As `hashOfAddress` of the accounts. */
function hashOf(address: string): string {
  return createHash('sha256').update(address).digest('hex');
}
