import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { NoticeKind } from '../../outbox/notification-kind.js';
import { type FormerAddress, Outbox } from '../../outbox/outbox.repository.js';
import { findOtherAdmins } from './account.repository.js';

/** Notifies owners of changes to their accounts, so they learn of changes that a stranger made. */
@Injectable()
export class AccountNotices {
  constructor(private readonly outbox: Outbox) {}

  /** @param address the recipient, if not the address of the account at the time of sending */
  async append(
    tx: EntityManager,
    accountId: number,
    kind: NoticeKind,
    address?: FormerAddress,
  ): Promise<void> {
    await this.outbox.appendNotices(tx, [{ accountId, kind, address }]);
  }

  /** Notifies all other active admins with a confirmed address of a new admin. */
  async appendNewAdmin(tx: EntityManager, newAdminId: number): Promise<void> {
    const admins = await findOtherAdmins(tx, newAdminId);
    const notices = admins.map((accountId) => ({
      accountId,
      kind: 'new_admin' as const,
      subjectId: newAdminId,
    }));
    await this.outbox.appendNotices(tx, notices);
  }
}
