import { setTimeout as sleep } from 'node:timers/promises';
import { type ISendMailOptions, MailerService } from '@nestjs-modules/mailer';
import { Injectable, Logger } from '@nestjs/common';
import { WorkerEnvironment } from '../config/worker.environment.js';
import { isTransient } from '../database/mysql-errors.js';
import { Ledger, type Settlement, type LeasedRow, WAITS_FOR_OLDER } from '../outbox/ledger.repository.js';
import { NO_ADDRESS } from '../outbox/skip-reasons.js';
import { Clock } from '../time/clock.js';
import { BUDGET_SPENT } from './delivery.rules.js';
import { mailOf } from './mail.js';
import { MailBudget } from './mail-budget.js';
import { afterFailure, afterInternalFault, INTERNAL_FAULT, REASON_UNAVAILABLE } from './mail-failure.js';
import { NotificationReader } from './notification.reader.js';
import type { Addressed, NotificationRow } from './notification-row.js';
import { isAddressed, reasonNotToSend } from './reason-not-to-send.js';

/** Generous, because some mail servers delay every reply; a sending that takes longer is aborted. */
const SEND_TIMEOUT_MS = 5 * 60_000;

/**
 * Shorter than the relay's pause: once the database is back, sent mails are settled before the relay frees their rows.
 */
const SETTLE_RETRY_MS = 100;

/** Sends one notification of the ledger, if it still should be sent. */
@Injectable()
export class MailSender {
  private readonly logger = new Logger(MailSender.name);
  private isStopping = false;

  constructor(
    private readonly ledger: Ledger,
    private readonly notifications: NotificationReader,
    private readonly budget: MailBudget,
    private readonly mailer: MailerService,
    private readonly clock: Clock,
    private readonly environment: WorkerEnvironment,
  ) {}

  /** Stops retrying to settle: from now on a row that cannot be settled at once is freed when its lease expires. */
  stop(): void {
    this.isStopping = true;
  }

  /** @returns the outcome in a few words, for the dashboard */
  async send(row: LeasedRow): Promise<string> {
    // Both at once is safe: a change of the booking cancels the row first, and `begin` then answers false.
    const [hasBegun, notification] = await Promise.all([
      this.ledger.begin(row),
      this.notifications.read(row.id),
    ]);
    if (!hasBegun) return 'stale job';
    if (!notification) return 'no such notification';
    // A failed renewal does no harm: two more come before the lease expires.
    const renewal = setInterval(
      () => void this.ledger.renew(row).catch(() => undefined),
      this.ledger.leaseMs / 3,
    );
    try {
      const settlement = await this.deliver(notification);
      await this.settle(row, settlement);
      await this.wakeWaiting(notification, settlement).catch(() => undefined);
      this.log(row, settlement);
      return summaryOf(settlement);
    } finally {
      clearInterval(renewal);
    }
  }

  /**
   * Retries while the database is unavailable: a mail whose outcome is lost would be sent twice. If the database
   * rejects the reason, replaces it.
   */
  private async settle(row: LeasedRow, settlement: Settlement): Promise<void> {
    for (let attempted = settlement; ;) {
      try {
        return await this.ledger.settle(row, attempted);
      } catch (error) {
        const { reason } = attempted;
        if (!isTransient(error) && reason !== undefined && reason !== REASON_UNAVAILABLE)
          attempted = { ...attempted, reason: REASON_UNAVAILABLE };
        else if (this.isStopping || !isTransient(error)) throw error;
        else await sleep(SETTLE_RETRY_MS);
      }
    }
  }

  /**
   * Makes the later notifications of the same booking that wait for this one due again: now if it is settled, otherwise
   * after its next attempt. They also come due by themselves, so a lost call only delays them.
   */
  private async wakeWaiting(notification: NotificationRow, settlement: Settlement): Promise<void> {
    if (!('booking_id' in notification)) return;
    if (settlement.state !== 'pending') await this.ledger.wake(notification.booking_id, this.clock.now());
    else if (settlement.reason !== WAITS_FOR_OLDER)
      await this.ledger.wake(notification.booking_id, settlement.dueAt + this.ledger.leaseMs);
    else {
      // The older notification may have been settled before this one was marked as waiting, and so have woken nothing.
      const again = await this.notifications.read(notification.id);
      if (again && 'booking_id' in again && again.blocked_until === null)
        await this.ledger.wake(notification.booking_id, this.clock.now());
    }
  }

  private log({ id }: LeasedRow, { state, offered, reason }: Settlement): void {
    if (reason?.startsWith(INTERNAL_FAULT)) this.logger.error(`Notification ${id} is ${state}: ${reason}`);
    else if (offered && state !== 'sent') this.logger.warn(`Notification ${id} is ${state}: ${reason}`);
  }

  private async deliver(notification: NotificationRow): Promise<Settlement> {
    const now = this.clock.now();
    const reason = reasonNotToSend(notification, now);
    if (reason !== undefined) return { state: 'cancelled', offered: false, reason };
    if (!isAddressed(notification)) return { state: 'cancelled', offered: false, reason: NO_ADDRESS };
    if ('blocked_until' in notification && notification.blocked_until !== null) {
      // The confirmation arrives before the cancellation or a reminder. Settling the older notification wakes this one;
      // a lease beyond the older one's next attempt covers a worker that dies before that.
      const dueAt = Math.max(now, notification.blocked_until.getTime()) + this.ledger.leaseMs;
      return { state: 'pending', offered: false, dueAt, reason: WAITS_FOR_OLDER };
    }
    return this.offer(notification);
  }

  private async offer(notification: Addressed): Promise<Settlement> {
    let mail: ISendMailOptions;
    try {
      mail = mailOf(notification, this.environment);
    } catch (error) {
      return afterInternalFault(error, notification);
    }
    if (!(await this.budget.reserve(notification)))
      return { state: 'cancelled', offered: false, reason: BUDGET_SPENT };
    try {
      await this.mailer.sendMail({ ...mail, signal: AbortSignal.timeout(SEND_TIMEOUT_MS) });
      return { state: 'sent', offered: true };
    } catch (error) {
      // If the release fails, the next attempt overwrites the count; without one it expires within a day.
      await this.budget.release(notification).catch(() => undefined);
      return afterFailure(error, notification, this.clock.now());
    }
  }
}

/**
 * The outcome for the job, which Redis keeps: without the reply of a mail server or an error's text, which may name a
 * person.
 */
function summaryOf({ state, offered, reason }: Settlement): string {
  if (reason === undefined || offered) return state;
  return `${state}: ${reason.startsWith(INTERNAL_FAULT) ? INTERNAL_FAULT : reason}`;
}
