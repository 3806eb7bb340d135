import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { AuditAction } from '../audit/audit-action.js';
import { AuditTrail, type Particulars } from '../audit/audit-trail.js';
import type { SelectStatement } from '../database/statement.js';
import type { Context } from '../http/context.js';
import type { BookingKind } from './notification-kind.js';
import { type BookingNotification, type Notice, Outbox } from './outbox.repository.js';

/** A change of one subject: its event, and the notifications that follow from it. */
export interface Change {
  readonly action: AuditAction;
  readonly subjectId: number;
  readonly particulars?: Particulars | undefined;
  /** Why, in the words of the actor. */
  readonly reason?: string | null | undefined;
  /** Notifications about a booking. */
  readonly notifications?: readonly BookingNotification[];
  /** Notices to the owners of accounts. */
  readonly notices?: readonly Notice[];
}

/** The same change of many bookings of one patient, without emails. */
export interface SilentChange {
  readonly action: AuditAction;
  readonly kind: BookingKind;
  /** The account of the patient, if there is one. */
  readonly accountId: number | null;
  /** Why no email is sent; for operators. */
  readonly reason: string;
  /** Rows with id and particulars. */
  readonly events: SelectStatement;
  /** Rows with id, uid, version, starts_at and duration_minutes. */
  readonly notifications: SelectStatement;
}

/** Records changes, in the transactions that make them: the event of each, and its rows in the notification ledger. */
@Injectable()
export class Changes {
  constructor(
    private readonly audit: AuditTrail,
    private readonly outbox: Outbox,
  ) {}

  async record(context: Context, tx: EntityManager, change: Change): Promise<void> {
    const { action, subjectId, particulars, reason, notifications = [], notices = [] } = change;
    await this.outbox.append(tx, notifications);
    await this.outbox.appendNotices(tx, notices);
    await this.audit.record(context, tx, action, subjectId, particulars, reason);
  }

  /** Takes two statements, however many bookings there are. */
  async recordEach(context: Context, tx: EntityManager, change: SilentChange): Promise<void> {
    const { accountId, kind, reason } = change;
    await this.outbox.appendCancelled(tx, accountId, kind, reason, change.notifications);
    await this.audit.recordEach(context, tx, change.action, change.events);
  }
}
