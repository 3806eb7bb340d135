import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { Changes } from '../outbox/changes.js';
import { NotFound } from '../errors/domain-error.js';
import type { Context } from '../http/context.js';
import { IdempotentRequests } from '../idempotency/idempotent-requests.js';
import { type LedgerRow, listNotifications, retryDead } from '../outbox/notification.repository.js';
import { Clock } from '../time/clock.js';
import { STILL_CURRENT } from './still-current.sql.js';

/** The notification ledger for operators. */
@Injectable()
export class NotificationsService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly requests: IdempotentRequests,
    private readonly changes: Changes,
    private readonly clock: Clock,
  ) {}

  /** Newest first. */
  async list(state: string | undefined, limit: number): Promise<LedgerRow[]> {
    return listNotifications(this.dataSource, state, limit);
  }

  /**
   * Makes a dead notification due again, with its attempts reset. An outdated notification is not retried, because it
   * would mislead a patient who has rescheduled or cancelled since; nor is a code that no longer works.
   *
   * @throws NotFound NOT_DEAD, also for an outdated notification
   */
  async retry(context: Context, id: number): Promise<void> {
    await this.requests.once(context, (tx) => this.retryIn(context, tx, id));
  }

  private async retryIn(context: Context, tx: EntityManager, id: number): Promise<void> {
    const now = new Date(this.clock.now());
    if (!(await retryDead(tx, id, now, { ...STILL_CURRENT, parameters: [now] }))) {
      throw new NotFound(
        'NOT_DEAD',
        `Notification ${id} cannot be retried: it is not dead, or its booking or code has changed since. ` +
          'GET /api/notifications?state=dead lists the dead ones.',
      );
    }
    await this.changes.record(context, tx, { action: 'message.retried', subjectId: id });
  }
}
