import { kindsSql, PATIENT_INVITATION } from '../../outbox/notification-kind.js';

/** SQL fragments with which other modules join accounts and links to their own tables. */

/** Joins the account with this id, by default as `a`. */
export function joinAccount(id: string, name = 'a'): string {
  return `JOIN accounts ${name} ON ${name}.id = ${id}`;
}

/** All accounts, with their ids and the time at which each was opened. */
export const ALL_ACCOUNTS = '(SELECT id, created_at FROM accounts)';

/** Joins the link with this id, as `l`. */
export function joinLink(id: string): string {
  return `JOIN account_links l ON l.id = ${id}`;
}

/** The address to which emails for a joined account go. */
export function mailAddressOf(name = 'a'): string {
  return `COALESCE(${name}.mail_address, ${name}.email)`;
}

/**
 * The kinds of links that stay valid when the account's sessions end. Access to the mailbox outranks the password, with
 * which sessions can be ended.
 */
export const LINKS_THAT_OUTLIVE_SESSIONS = kindsSql(['password_reset', 'invitation', PATIENT_INVITATION]);

/** Whether the link `l` of the account `a` ended before it expired. */
export const LINK_IS_REVOKED = `(l.kind NOT IN ${LINKS_THAT_OUTLIVE_SESSIONS} AND a.session_version <> l.session_version
           OR a.disabled_at IS NOT NULL)`;

/** Whether the owner of an address has refused emails. */
export function isAddressRefusedSql(address: string): string {
  return `EXISTS (SELECT 1 FROM refused_addresses r WHERE r.hash = UNHEX(SHA2(${address}, 256)))`;
}
