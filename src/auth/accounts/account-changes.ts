import type { EntityManager } from 'typeorm';
import type { AuditAction } from '../../audit/audit-action.js';
import type { Particulars } from '../../audit/audit-trail.js';
import type { Change } from '../../outbox/changes.js';
import type { NoticeKind } from '../../outbox/notification-kind.js';
import type { FormerAddress, Notice } from '../../outbox/outbox.repository.js';
import type { Role } from '../role.js';
import { findOtherAdmins } from './account.repository.js';

/** The events that owners get a notice of. An owner who did not make the change learns that a stranger did. */
const NOTICE_OF: Readonly<Partial<Record<AuditAction, NoticeKind>>> = {
  'account.password_changed': 'password_changed',
  'account.password_reset': 'password_changed',
  'account.second_factor_added': 'second_factor_added',
  'account.second_factor_removed': 'second_factor_removed',
  'account.address_change_asked': 'address_change_asked',
  'account.address_changed': 'address_changed',
};

/**
 * A change of an account, with the notice to its owner that follows from it.
 *
 * @param address where the notice goes, if not to the address of the account when it is sent
 */
export function accountChange(
  action: AuditAction,
  accountId: number,
  address?: FormerAddress,
): Change & { notices: readonly Notice[] } {
  const kind = NOTICE_OF[action];
  return { action, subjectId: accountId, notices: kind ? [{ accountId, kind, address }] : [] };
}

/** The opening of an account by an admin, of which the other admins are notified if it is an admin's. */
export async function accountOpened(
  tx: EntityManager,
  { id, role }: { readonly id: number; readonly role: Role },
  particulars?: Particulars,
): Promise<Change> {
  const notices = role === 'admin' ? await newAdminNotices(tx, id) : [];
  return { action: 'account.opened', subjectId: id, particulars: { role, ...particulars }, notices };
}

/** The notices about a new admin, to all other active admins with a confirmed address. */
export async function newAdminNotices(tx: EntityManager, newAdminId: number): Promise<Notice[]> {
  const admins = await findOtherAdmins(tx, newAdminId);
  return admins.map((accountId) => ({ accountId, kind: 'new_admin', subjectId: newAdminId }));
}
