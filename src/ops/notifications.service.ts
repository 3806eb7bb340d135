import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { AuditTrail } from '../audit/audit-trail.js';
import { NotFound } from '../errors/domain-error.js';
import type { Context } from '../http/context.js';
import { IdempotentRequests } from '../idempotency/idempotent-requests.js';
import { type LedgerRow, listNotifications, retryDead } from '../outbox/notification.repository.js';
import { Clock } from '../time/clock.js';
import { STILL_TRUE } from './still-true.sql.js';

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
    return listNotifications(this.dataSource, state, limit);
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
    if (!(await retryDead(tx, id, now, { ...STILL_TRUE, parameters: [now] }))) {
      throw new NotFound(
        'NOT_DEAD',
        `Message ${id} cannot be sent again: it was not given up, or what it tells is no longer true. ` +
          'GET /api/notifications?state=dead lists those that were given up.',
      );
    }
    await this.audit.record(context, tx, 'message.retried', id);
  }
}
