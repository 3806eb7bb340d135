import { randomUUID } from 'node:crypto';
import { type EntityManager, In, MoreThan } from 'typeorm';
import { query, type Source, execute } from '../../database/statement.js';
import type { LinkKind } from '../../outbox/notification-kind.js';
import { LINKS_THAT_OUTLIVE_SESSIONS } from './account.sql.js';
import { existsNotification } from '../../outbox/notification.sql.js';
import { AccountLink } from './account-link.entity.js';
import type { Account } from './account.entity.js';
import { joinAccount, LINK_IS_REVOKED } from './account.sql.js';
import { type MailedLink, MOST_REMEMBERED } from './link-pause.js';

/** The statements of the `account_links` table. */

/** Parameters: uid, kind, now. */
const IS_VALID =
  'l.uid = ? AND l.kind = ? AND l.used_at IS NULL AND l.expires_at > ? AND a.disabled_at IS NULL';
const LINK_WITH_ACCOUNT = `account_links l JOIN accounts a ON a.id = l.account_id
  AND (a.session_version = l.session_version OR l.kind IN ${LINKS_THAT_OUTLIVE_SESSIONS})`;

export type NewLink = Omit<AccountLink, 'id' | 'uid' | 'usedAt' | 'patientId'>;
export type LinkedAccount = Pick<Account, 'id' | 'email' | 'mailAddress'>;
export type UsedLink = Pick<AccountLink, 'address'> & { readonly accountId: number };

type LatestLink = Pick<AccountLink, 'createdAt' | 'expiresAt' | 'usedAt'> & { readonly hasEnded: 0 | 1 };

export async function insertLink(tx: EntityManager, link: NewLink): Promise<number> {
  const { identifiers } = await tx.insert(AccountLink, { ...link, uid: randomUUID() });
  return (identifiers[0] as Pick<AccountLink, 'id'>).id;
}

/** The account that a link was mailed to, if the link is valid. */
export async function findAccountOfLink(
  source: Source,
  uid: string,
  kind: LinkKind,
  now: Date,
): Promise<LinkedAccount | undefined> {
  const [account] = await query<LinkedAccount>(
    source,
    `/* find-account-of-link */ SELECT a.id, a.email, a.mail_address AS mailAddress FROM ${LINK_WITH_ACCOUNT} WHERE ${IS_VALID}`,
    [uid, kind, now],
  );
  return account;
}

/** Marks a link as used under the lock of its account; undefined if the link is not valid. */
export async function useLink(
  tx: EntityManager,
  uid: string,
  kind: LinkKind,
  now: Date,
): Promise<UsedLink | undefined> {
  // Locks the account before the link, as disabling, erasing and changing an account do.
  await query(
    tx,
    `/* lock-account-of-link */
     SELECT a.id FROM accounts a JOIN account_links l ON l.account_id = a.id WHERE l.uid = ? FOR UPDATE`,
    [uid],
  );
  const { affectedRows } = await execute(
    tx,
    `/* use-link */ UPDATE ${LINK_WITH_ACCOUNT} SET l.used_at = ? WHERE ${IS_VALID}`,
    [now, uid, kind, now],
  );
  if (affectedRows === 0) return undefined;
  const used = await tx.findOneOrFail(AccountLink, {
    select: { accountId: true, address: true },
    where: { uid },
  });
  return { accountId: used.accountId!, address: used.address };
}

/** Expires an account's links of these kinds. */
export async function expireLinks(
  tx: EntityManager,
  accountId: number,
  kinds: readonly LinkKind[],
  now: Date,
): Promise<void> {
  await tx.update(
    AccountLink,
    { accountId, kind: In([...kinds]), expiresAt: MoreThan(now) },
    { expiresAt: now },
  );
}

/**
 * The latest links of a kind since a time, newest first: those to an address, by its hashes, or those of an account. A
 * link whose email was not sent counts as ended, because nobody has its code.
 */
export async function findLatestLinks(
  source: Source,
  owner: { readonly hashes: readonly string[] } | { readonly accountId: number },
  kind: LinkKind,
  since: Date,
): Promise<MailedLink[]> {
  const [condition, value] =
    'hashes' in owner ? ['l.address_hash IN (?)', owner.hashes] : ['l.account_id = ?', owner.accountId];
  const rows = await query<LatestLink>(
    source,
    `/* find-latest-links */
     SELECT l.created_at AS createdAt, l.expires_at AS expiresAt, l.used_at AS usedAt,
            ${LINK_IS_REVOKED}
              OR ${existsNotification("n.link_id = l.id AND n.state IN ('cancelled', 'dead')")} AS hasEnded
     FROM account_links l LEFT ${joinAccount('l.account_id')}
     WHERE ${condition} AND l.kind = ? AND l.created_at > ?
     ORDER BY l.created_at DESC, l.id DESC LIMIT ${MOST_REMEMBERED}`,
    [value, kind, since],
  );
  return rows.map(({ createdAt, expiresAt, usedAt, hasEnded }) => ({
    createdAt: createdAt.getTime(),
    isUsed: usedAt !== null,
    validUntil: (hasEnded ? createdAt : expiresAt).getTime(),
  }));
}
