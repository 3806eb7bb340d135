import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { NoticeKind } from '../../outbox/notification-kind.js';
import { type FormerAddress, Outbox } from '../../outbox/outbox.repository.js';
import { findOtherAdmins } from './account.repository.js';

/** Tells owners by mail what was done to their accounts: what they did not do themselves, a stranger did. */
@Injectable()
export class AccountNotices {
  constructor(private readonly outbox: Outbox) {}

  /** @param address where the notice goes, if not to the address of the account when it is sent */
  async append(
    tx: EntityManager,
    accountId: number,
    kind: NoticeKind,
    address?: FormerAddress,
  ): Promise<void> {
    await this.outbox.appendNotices(tx, [{ accountId, kind, address }]);
  }

  /** Tells all other admins that there is a new one; none whose address nobody has confirmed. */
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
