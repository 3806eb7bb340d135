import { setTimeout as sleep } from 'node:timers/promises';
import { type ISendMailOptions, MailerService } from '@nestjs-modules/mailer';
import { Injectable, Logger } from '@nestjs/common';
import { WorkerEnvironment } from '../config/worker.environment.js';
import { isTransient } from '../database/mysql-errors.js';
import { Ledger, type Settlement, type LeasedRow, WAITS } from '../outbox/ledger.repository.js';
import { Clock } from '../time/clock.js';
import type { EpochMs } from '../time/interval.js';
import { BUDGET_SPENT, linkSkipReason, skipReason, unwantedReason } from './delivery.rules.js';
import { mailOf } from './mail.js';
import { MailBudget } from './mail-budget.js';
import { afterFailure, afterOwnFault, OWN_FAULT, UNTELLABLE } from './mail-failure.js';
import { NotificationReader, type NotificationRow } from './notification.reader.js';

/** Long enough for a mail server that takes its time with every answer; who takes longer is cut off. */
const LONGEST_SENDING_MS = 5 * 60_000;

/** Shorter than the relay's pause, so that a database that comes back hears first of what was sent meanwhile. */
const SETTLE_AGAIN_MS = 100;

/** Sends one notification of the ledger, if it still is to be sent. */
@Injectable()
export class MailSender {
  private readonly logger = new Logger(MailSender.name);
  private stopping = false;

  constructor(
    private readonly ledger: Ledger,
    private readonly notifications: NotificationReader,
    private readonly budget: MailBudget,
    private readonly mailer: MailerService,
    private readonly clock: Clock,
    private readonly environment: WorkerEnvironment,
  ) {}

  /** From now on what cannot be written down at once is left to the lease. */
  stop(): void {
    this.stopping = true;
  }

  /** Answers with what became of the notification, in a word or two for the dashboard. */
  async send(row: LeasedRow): Promise<string> {
    // At the same time: what changes the booking after the look, and before the sending began, takes the row back first.
    const [isOurs, notification] = await Promise.all([
      this.ledger.begin(row),
      this.notifications.read(row.id),
    ]);
    if (!isOurs) return 'taken by another';
    if (!notification) return 'gone';
    // A sign of life that is lost does no harm: there are two more before the lease ends.
    const renewal = setInterval(
      () => void this.ledger.renew(row).catch(() => undefined),
      this.ledger.leaseMs / 3,
    );
    try {
      const settlement = await this.deliver(notification);
      await this.settle(row, settlement);
      await this.wakeWaiting(notification, settlement).catch(() => undefined);
      this.log(row, settlement);
      return inAWord(settlement);
    } finally {
      clearInterval(renewal);
    }
  }

  /**
   * While the database is away, waits for it: a forgotten outcome would be sent twice. A reason that the database
   * refuses gives way to one that it takes.
   */
  private async settle(row: LeasedRow, settlement: Settlement): Promise<void> {
    for (let told = settlement; ;) {
      try {
        return await this.ledger.settle(row, told);
      } catch (error) {
        if (!isTransient(error) && told.reason !== undefined && told.reason !== UNTELLABLE)
          told = { ...told, reason: UNTELLABLE };
        else if (this.stopping || !isTransient(error)) throw error;
        else await sleep(SETTLE_AGAIN_MS);
      }
    }
  }

  /**
   * Lets what waits for this notification be looked at when it can go: at once, or after this one's next attempt. If the
   * call is lost, a waiting notification looks again by itself.
   */
  private async wakeWaiting(notification: NotificationRow, settlement: Settlement): Promise<void> {
    if (!('booking_id' in notification)) return;
    if (settlement.state !== 'pending') await this.ledger.wake(notification.booking_id, this.clock.now());
    else if (settlement.reason !== WAITS)
      await this.ledger.wake(notification.booking_id, settlement.dueAt + this.ledger.leaseMs);
    else {
      // The older one may have been settled before this one was seen to wait.
      const again = await this.notifications.read(notification.id);
      if (again && 'booking_id' in again && again.earlier_until === null)
        await this.ledger.wake(notification.booking_id, this.clock.now());
    }
  }

  private log({ id }: LeasedRow, { state, offered, reason }: Settlement): void {
    if (reason?.startsWith(OWN_FAULT)) this.logger.error(`Notification ${id} is ${state}: ${reason}`);
    else if (offered && state !== 'sent') this.logger.warn(`Notification ${id} is ${state}: ${reason}`);
  }

  private async deliver(notification: NotificationRow): Promise<Settlement> {
    const now = this.clock.now();
    const pointless = whyNot(notification, now);
    if (pointless) return { state: 'cancelled', offered: false, reason: pointless };
    if ('earlier_until' in notification && notification.earlier_until !== null) {
      // A patient must not read of the cancellation, nor be reminded, before being told of the booking. The older
      // notification wakes this one; the lease after its next attempt is for a worker that dies before that.
      const dueAt = Math.max(now, notification.earlier_until.getTime()) + this.ledger.leaseMs;
      return { state: 'pending', offered: false, dueAt, reason: WAITS };
    }
    let mail: ISendMailOptions;
    try {
      mail = mailOf(notification, this.environment);
    } catch (error) {
      return afterOwnFault(error, notification);
    }
    if (!(await this.budget.take(notification)))
      return { state: 'cancelled', offered: false, reason: BUDGET_SPENT };
    try {
      await this.mailer.sendMail({ ...mail, signal: AbortSignal.timeout(LONGEST_SENDING_MS) });
      return { state: 'sent', offered: true };
    } catch (error) {
      // Should that fail, the next attempt takes the same place, and without one it is free within a day.
      await this.budget.giveBack(notification).catch(() => undefined);
      return afterFailure(error, notification, this.clock.now());
    }
  }
}

/** For the job, which Redis keeps: what a mail server or an error says may tell whom it is about. */
function inAWord({ state, offered, reason }: Settlement): string {
  if (reason === undefined || offered) return state;
  return `${state}: ${reason.startsWith(OWN_FAULT) ? OWN_FAULT : reason}`;
}

function whyNot(notification: NotificationRow, now: EpochMs): string | undefined {
  const { kind, is_refused, is_confirmed } = notification;
  return (
    unwantedReason({ kind, isRefused: is_refused === 1, isConfirmed: is_confirmed === 1 }) ??
    whyOutdated(notification, now)
  );
}

function whyOutdated(notification: NotificationRow, now: EpochMs): string | undefined {
  if ('link_uid' in notification) {
    const { expires_at, used_at, has_ended } = notification;
    const linked = { expiresAt: expires_at.getTime(), isUsed: used_at !== null, hasEnded: has_ended === 1 };
    return linkSkipReason(linked, now);
  }
  if (!('booking_id' in notification)) return undefined;
  const { kind, booking_version, starts_at, current_version, status } = notification;
  const told = {
    kind,
    bookingVersion: booking_version,
    startsAt: starts_at.getTime(),
    currentVersion: current_version,
    status,
  };
  return skipReason(told, now);
}
