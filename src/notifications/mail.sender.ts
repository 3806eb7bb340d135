import { MailerService } from '@nestjs-modules/mailer';
import { Injectable, Logger } from '@nestjs/common';
import { Environment } from '../config/environment.js';
import { withoutAddresses } from '../config/logger.js';
import { Ledger, type Settlement, type TakenRow } from '../outbox/ledger.js';
import { Clock } from '../time/clock.js';
import { isPermanent, MOST_ATTEMPTS, pauseAfter, type SmtpFailure, whyPointless } from './delivery.rules.js';
import { mailOf } from './mail.js';
import { MessageReader, type MessageRow } from './message.reader.js';

const WAIT_FOR_EARLIER_MS = 1_000;

/** Sends one message of the ledger, if it still is to be sent. */
@Injectable()
export class MailSender {
  private readonly logger = new Logger(MailSender.name);

  constructor(
    private readonly ledger: Ledger,
    private readonly messages: MessageReader,
    private readonly mailer: MailerService,
    private readonly clock: Clock,
    private readonly environment: Environment,
  ) {}

  /** Answers with what became of the message, in a word or two for the dashboard. */
  async send(row: TakenRow): Promise<string> {
    if (!(await this.ledger.begin(row))) return 'taken by another';
    const message = await this.messages.read(row.id);
    if (!message) return 'gone';
    const settlement = await this.deliver(message);
    await this.ledger.settle(row, settlement);
    const { state, reason } = settlement;
    if (settlement.offered && state !== 'sent') this.logger.warn(`Message ${row.id} is ${state}: ${reason}`);
    return reason === undefined ? state : `${state}: ${reason}`;
  }

  private async deliver(message: MessageRow): Promise<Settlement> {
    const now = this.clock.now();
    const pointless = whyPointless(
      {
        kind: message.kind,
        bookingVersion: message.booking_version,
        startsAt: message.starts_at.getTime(),
        currentVersion: message.current_version,
        status: message.status,
      },
      now,
    );
    if (pointless) return { state: 'cancelled', offered: false, reason: pointless };
    if (message.earlier_id !== null) {
      // A patient must not read of the cancellation before the booking.
      const reason = `waits for message ${message.earlier_id}, which is older`;
      return { state: 'pending', offered: false, dueAt: now + WAIT_FOR_EARLIER_MS, reason };
    }
    try {
      await this.mailer.sendMail(mailOf(message, this.environment));
      return { state: 'sent', offered: true };
    } catch (error) {
      return this.afterFailure(error as Error & SmtpFailure, message.attempts + 1);
    }
  }

  private afterFailure(error: Error & SmtpFailure, attempts: number): Settlement {
    const reason = withoutAddresses(error.message);
    if (isPermanent(error)) return { state: 'dead', offered: true, reason };
    if (attempts >= MOST_ATTEMPTS) return { state: 'dead', offered: true, reason: `given up: ${reason}` };
    const dueAt = this.clock.now() + pauseAfter(attempts, Math.random());
    return { state: 'pending', offered: true, dueAt, reason };
  }
}
