import type { EntityManager } from 'typeorm';
import { pagesOfAccount } from '../../database/pages.js';
import { query, execute } from '../../database/statement.js';
import { cancelNotificationOfLink } from '../../outbox/cancellation.repository.js';
import { NOTIFICATIONS } from '../../outbox/notification.sql.js';
import { Account, erasedAddress, NEXT_VERSION, NO_SECOND_FACTOR } from './account.entity.js';

export const exportAccount =
  pagesOfAccount(`/* export-account */ SELECT id, email, mail_address, role, locale, created_at, verified_at, second_factor_since, disabled_at, version
       FROM accounts WHERE id = ?`);

export const exportLinks = pagesOfAccount(
  '/* export-links */ SELECT id, kind, address, created_at, expires_at, used_at FROM account_links WHERE account_id = ?',
  { kind: 'kind', created_at: 'created_at', id: 'id' },
);

/** The notifications that carried the links of an account. */
export const exportLinkNotifications = pagesOfAccount(
  `/* export-link-notifications */ SELECT n.id, n.kind, n.booking_id, n.state, n.reason, n.due_at, n.settled_at, l.created_at, l.id AS link_id
          FROM account_links l JOIN ${NOTIFICATIONS} ON n.link_id = l.id WHERE l.account_id = ?`,
  { kind: 'l.kind', created_at: 'l.created_at', link_id: 'l.id' },
);

/**
 * Expires links of other accounts that would change their address to one of these, and cancels their emails.
 *
 * @param reason why the emails are cancelled; for operators
 */
export async function eraseAddresses(
  tx: EntityManager,
  addresses: readonly [string, string],
  reason: string,
  now: Date,
): Promise<void> {
  const find = '/* find-links-to-addresses */ SELECT id FROM account_links WHERE address IN (?, ?)';
  const links = await query<{ id: number }>(tx, find, [...addresses]);
  for (const { id } of links) {
    // Before the link, in the lock order of the sweep of links.
    await cancelNotificationOfLink(tx, id, reason, now);
    await execute(
      tx,
      `/* end-link-to-address */
       UPDATE account_links SET address = NULL, expires_at = LEAST(expires_at, ?) WHERE id = ?`,
      [now, id],
    );
  }
}

/**
 * Reduces an account to its id: disabled, and with a random address that cannot be taken yet. Its links expire, so they
 * stay invalid even if an admin enables the account.
 */
export async function eraseAccount(
  tx: EntityManager,
  id: number,
  { passwordHash, disabledAt }: Pick<Account, 'passwordHash'> & { readonly disabledAt: Date },
): Promise<void> {
  await execute(
    tx,
    `/* erase-links */
     UPDATE account_links SET address = NULL, expires_at = LEAST(expires_at, ?) WHERE account_id = ?`,
    [disabledAt, id],
  );
  const erased = {
    email: erasedAddress(),
    mailAddress: null,
    passwordHash,
    role: 'user' as const,
    ...NO_SECOND_FACTOR,
    disabledAt,
    ...NEXT_VERSION,
  };
  await tx.createQueryBuilder().update(Account).set(erased).where({ id }).comment('erase-account').execute();
}
