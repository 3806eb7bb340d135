import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { AuditTrail } from '../audit/audit-trail.js';
import { write } from '../database/statement.js';
import { NotFound } from '../errors/domain-error.js';
import type { Context } from '../http/context.js';
import type { NotificationKind } from '../outbox/notification-kind.js';
import { IdempotentRequests } from '../idempotency/idempotent-requests.js';
import { Clock } from '../time/clock.js';

export const STATES = ['pending', 'queued', 'sending', 'sent', 'dead', 'cancelled'] as const;

/** A row of the ledger for an operator: whose it is stays out of sight. */
export interface LedgerRow {
  readonly id: number;
  readonly booking_id: number | null;
  readonly booking_version: number;
  readonly kind: NotificationKind;
  readonly state: (typeof STATES)[number];
  readonly due_at: Date;
  readonly attempts: number;
  readonly reason: string | null;
  readonly settled_at: Date | null;
}

/** The ledger as operators see it. */
@Injectable()
export class NotificationsService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly requests: IdempotentRequests,
    private readonly audit: AuditTrail,
    private readonly clock: Clock,
  ) {}

  /** The newest first. */
  async list(state: string | undefined, limit: number): Promise<LedgerRow[]> {
    return this.dataSource.query(
      `SELECT id, booking_id, booking_version, kind, state, due_at, attempts, reason, settled_at
       FROM notifications ${state === undefined ? '' : 'WHERE state = ?'} ORDER BY id DESC LIMIT ${Number(limit)}`,
      state === undefined ? [] : [state],
    );
  }

  /**
   * Has a message that was given up sent after all, with a full count of attempts before it. Old news is not
   * sent again: a patient who has moved or cancelled since would be misled by it. Neither is a code that no longer works.
   *
   * @throws NotFound NOT_DEAD, also for what the booking or the link has outgrown
   */
  async retry(context: Context, id: number): Promise<void> {
    await this.requests.once(context, (tx) => this.retryIn(context, tx, id));
  }

  private async retryIn(context: Context, tx: EntityManager, id: number): Promise<void> {
    const now = new Date(this.clock.now());
    const { affectedRows } = await write(
      tx,
      `/* retry-dead */ UPDATE notifications n
         LEFT JOIN bookings b ON b.id = n.booking_id
         LEFT JOIN account_links l ON l.id = n.link_id
         LEFT JOIN accounts a ON a.id = n.account_id
       SET n.state = 'pending', n.due_at = ?, n.attempts = 0, n.settled_at = NULL, n.failing_since = NULL
       WHERE n.id = ? AND n.state = 'dead'
         AND (n.booking_id IS NULL OR b.version = n.booking_version)
         AND (n.booking_id IS NOT NULL OR a.disabled_at IS NULL)
         AND (n.link_id IS NULL OR l.used_at IS NULL AND l.expires_at > ?)`,
      [now, id, now],
    );
    if (affectedRows === 0) {
      throw new NotFound(
        'NOT_DEAD',
        `Message ${id} cannot be sent again: it was not given up, or what it tells is no longer true. ` +
          'GET /api/notifications?state=dead lists those that were given up.',
      );
    }
    await this.audit.record(context, tx, 'message.retried', id);
  }
}
