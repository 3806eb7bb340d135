import { kindsSql, REMINDER_KINDS } from '../../src/outbox/notification-kind.js';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Deployment } from './deployment.js';

const INTERVAL_MS = 500;
const BATCH_SIZE = 3;
const LEAD_SECONDS = 2;

/**
 * Brings the due time of some reminders forward, shortly after their booking was made or rescheduled, because waiting
 * for them would take a day. Some of those bookings are cancelled or rescheduled at the same moment.
 */
export class TimeLapse {
  private stopping = false;
  private running: Promise<void> = Promise.resolve();

  constructor(private readonly clinic: Deployment) {}

  start(): void {
    this.running = this.run();
  }

  async stop(): Promise<void> {
    this.stopping = true;
    await this.running;
  }

  private async run(): Promise<void> {
    while (!this.stopping) {
      // The scenario may have stopped the database.
      await this.bringForward().catch(() => undefined);
      await sleep(INTERVAL_MS);
    }
  }

  private async bringForward(): Promise<void> {
    const database = await this.clinic.connect();
    database.on('error', () => undefined);
    try {
      await database.query({
        sql: `UPDATE notifications SET due_at = UTC_TIMESTAMP(3) + INTERVAL ${LEAD_SECONDS} SECOND
              WHERE state = 'pending' AND kind IN ${kindsSql(REMINDER_KINDS)}
                AND due_at > UTC_TIMESTAMP(3) + INTERVAL 1 HOUR AND starts_at > UTC_TIMESTAMP() + INTERVAL 1 DAY
              ORDER BY id DESC LIMIT ${BATCH_SIZE}`,
        timeout: 2_000,
      });
    } finally {
      database.destroy();
    }
  }
}
