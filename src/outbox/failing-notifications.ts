import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { look } from '../database/statement.js';
import { Clock } from '../time/clock.js';
import type { NotificationKind } from './notification-kind.js';

/** A shorter trouble of the mail server mends by itself. */
export const FAILING_AFTER_MINUTES = 5;

/** A notification whose mail was attempted, and not sent, for more than five minutes. */
export interface FailingRow {
  readonly id: number;
  /** Null where it is about an account. */
  readonly booking_id: number | null;
  readonly kind: NotificationKind;
  readonly attempts: number;
  readonly failing_since: Date;
}

const FAILING = `FROM notifications
  WHERE failing_since < ? AND state IN ('pending', 'queued', 'sending') ORDER BY failing_since, id`;

/** The one definition of a failing mail. Readiness and the integrity check both ask here. */
@Injectable()
export class FailingNotifications {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
  ) {}

  /** Whether any mail is failing. It reads one entry of an index. */
  async exist(): Promise<boolean> {
    const rows = await look(this.dataSource, `/* find-failing */ SELECT id ${FAILING} LIMIT 1`, [
      this.limit(),
    ]);
    return rows.length > 0;
  }

  /** Those that have failed longest, and how many there are in all. */
  async list(most: number): Promise<{ rows: readonly FailingRow[]; total: number }> {
    const rows = await look<FailingRow & { total: number | string }>(
      this.dataSource,
      `/* list-failing */ SELECT id, booking_id, kind, attempts, failing_since, COUNT(*) OVER () AS total
       ${FAILING} LIMIT ${Number(most)}`,
      [this.limit()],
    );
    return { rows, total: Number(rows[0]?.total ?? 0) };
  }

  private limit(): Date {
    return new Date(this.clock.now() - FAILING_AFTER_MINUTES * 60_000);
  }
}
