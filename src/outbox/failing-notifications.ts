import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { look } from '../database/statement.js';
import { Clock } from '../time/clock.js';
import type { EpochMs } from '../time/interval.js';

/** A shorter trouble of the mail server mends by itself. */
export const FAILING_AFTER_MINUTES = 5;

/**
 * A notification whose email was attempted, and not sent, for more than five minutes: the one definition for readiness
 * and the integrity check. A part of a WHERE clause; its parameter is `failingBefore(now)`.
 */
export const FAILING = "failing_since < ? AND state IN ('pending', 'queued', 'sending')";

export function failingBefore(now: EpochMs): Date {
  return new Date(now - FAILING_AFTER_MINUTES * 60_000);
}

@Injectable()
export class FailingNotifications {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
  ) {}

  /** Whether any email is failing. It reads one entry of an index. */
  async exist(): Promise<boolean> {
    const rows = await look(
      this.dataSource,
      `/* find-failing */ SELECT id FROM notifications WHERE ${FAILING} ORDER BY failing_since, id LIMIT 1`,
      [failingBefore(this.clock.now())],
    );
    return rows.length > 0;
  }
}
