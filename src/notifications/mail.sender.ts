import { setTimeout as sleep } from 'node:timers/promises';
import { MailerService } from '@nestjs-modules/mailer';
import { Injectable, Logger } from '@nestjs/common';
import { Environment } from '../config/environment.js';
import { withoutRecipient } from '../config/redaction.js';
import { mayPass } from '../database/mysql-errors.js';
import { Ledger, type Settlement, type TakenRow } from '../outbox/ledger.js';
import { Clock } from '../time/clock.js';
import type { EpochMs } from '../time/interval.js';
import {
  BUDGET_SPENT,
  isPermanent,
  MOST_ATTEMPTS,
  pauseAfter,
  type SmtpFailure,
  whyLinkPointless,
  whyPointless,
  whyUnwanted,
} from './delivery.rules.js';
import { mailOf } from './mail.js';
import { MailBudget } from './mail-budget.js';
import { MessageReader, type MessageRow } from './message.reader.js';

/** Long enough for a mail server that takes its time with every answer; who takes longer is cut off. */
const LONGEST_SENDING_MS = 5 * 60_000;

/** Shorter than the relay's pause, so that a database that comes back hears first of what was sent meanwhile. */
const SETTLE_AGAIN_MS = 100;

/** Sends one message of the ledger, if it still is to be sent. */
@Injectable()
export class MailSender {
  private readonly logger = new Logger(MailSender.name);
  private stopping = false;

  constructor(
    private readonly ledger: Ledger,
    private readonly messages: MessageReader,
    private readonly budget: MailBudget,
    private readonly mailer: MailerService,
    private readonly clock: Clock,
    private readonly environment: Environment,
  ) {}

  /** From now on what cannot be written down at once is left to the lease. */
  stop(): void {
    this.stopping = true;
  }

  /** Answers with what became of the message, in a word or two for the dashboard. */
  async send(row: TakenRow): Promise<string> {
    // At the same time: what changes the booking after the look, and before the sending began, takes the row back first.
    const [isOurs, message] = await Promise.all([this.ledger.begin(row), this.messages.read(row.id)]);
    if (!isOurs) return 'taken by another';
    if (!message) return 'gone';
    // A sign of life that is lost does no harm: there are two more before the lease ends.
    const renewal = setInterval(
      () => void this.ledger.renew(row).catch(() => undefined),
      this.ledger.leaseMs / 3,
    );
    try {
      const settlement = await this.deliver(message);
      await this.settle(row, settlement);
      const { state, reason } = settlement;
      if (settlement.offered && state !== 'sent')
        this.logger.warn(`Message ${row.id} is ${state}: ${reason}`);
      // What a mail server says may tell whom it is about, and jobs are kept in Redis.
      return reason === undefined || settlement.offered ? state : `${state}: ${reason}`;
    } finally {
      clearInterval(renewal);
    }
  }

  /** While the database is away there is nothing better to do than to wait for it: forgetting would send twice. */
  private async settle(row: TakenRow, settlement: Settlement): Promise<void> {
    for (;;) {
      try {
        return await this.ledger.settle(row, settlement);
      } catch (error) {
        if (this.stopping || !mayPass(error)) throw error;
        await sleep(SETTLE_AGAIN_MS);
      }
    }
  }

  private async deliver(message: MessageRow): Promise<Settlement> {
    const now = this.clock.now();
    const pointless = whyNot(message, now);
    if (pointless) return { state: 'cancelled', offered: false, reason: pointless };
    if ('earlier_due_at' in message && message.earlier_due_at !== null) {
      // A patient must not read of the cancellation, nor be reminded, before being told of the booking.
      const dueAt = Math.max(now, message.earlier_due_at.getTime());
      return { state: 'pending', offered: false, dueAt, reason: 'waits for an older message of its booking' };
    }
    if (!(await this.budget.take(message)))
      return { state: 'cancelled', offered: false, reason: BUDGET_SPENT };
    try {
      const signal = AbortSignal.timeout(LONGEST_SENDING_MS);
      await this.mailer.sendMail({ ...mailOf(message, this.environment), signal });
      return { state: 'sent', offered: true };
    } catch (error) {
      // Should that fail, the next attempt takes the same place, and without one it is free within a day.
      await this.budget.giveBack(message).catch(() => undefined);
      const reason = withoutRecipient((error as Error).message, message.email);
      return this.afterFailure(error as SmtpFailure, reason, message.attempts + 1);
    }
  }

  private afterFailure(error: SmtpFailure, reason: string, attempts: number): Settlement {
    if (isPermanent(error)) return { state: 'dead', offered: true, reason };
    if (attempts >= MOST_ATTEMPTS) return { state: 'dead', offered: true, reason: `given up: ${reason}` };
    const dueAt = this.clock.now() + pauseAfter(attempts, Math.random());
    return { state: 'pending', offered: true, dueAt, reason };
  }
}

function whyNot(message: MessageRow, now: EpochMs): string | undefined {
  const { kind, is_refused, is_confirmed } = message;
  return (
    whyUnwanted({ kind, isRefused: is_refused === 1, isConfirmed: is_confirmed === 1 }) ??
    whyOutdated(message, now)
  );
}

function whyOutdated(message: MessageRow, now: EpochMs): string | undefined {
  if ('link_uid' in message) {
    const { expires_at, used_at, has_ended } = message;
    const linked = { expiresAt: expires_at.getTime(), isUsed: used_at !== null, hasEnded: has_ended === 1 };
    return whyLinkPointless(linked, now);
  }
  if (!('booking_id' in message)) return undefined;
  const { kind, booking_version, starts_at, current_version, status } = message;
  const told = {
    kind,
    bookingVersion: booking_version,
    startsAt: starts_at.getTime(),
    currentVersion: current_version,
    status,
  };
  return whyPointless(told, now);
}
