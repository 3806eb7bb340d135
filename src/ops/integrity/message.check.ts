import type { DataSource } from 'typeorm';
import type { NotificationKind } from '../../outbox/notification-kind.js';
import type { Check } from './check.js';
import { type Finding, MOST_LISTED } from './finding.js';
import { Findings } from './findings.js';

/** A message of the ledger that is late. */
export interface LateRow {
  readonly id: number;
  /** Null where it is about an account. */
  readonly booking_id: number | null;
  readonly kind: NotificationKind;
  readonly state: 'pending' | 'queued' | 'sending';
  readonly due_at: Date;
  readonly leased_until: Date | null;
}

/** What a message is about, in words. */
export function what(bookingId: number | null): string {
  return bookingId === null ? 'an account' : `booking ${bookingId}`;
}

/** Looks for messages that are late, by the database's own clock; those of the longest standing are listed. */
export abstract class MessageCheck implements Check {
  abstract readonly code: string;
  abstract readonly title: string;
  /** What makes a message late; it must begin with the state, and an index must answer it. */
  protected abstract readonly where: string;

  constructor(private readonly dataSource: DataSource) {}

  protected abstract judge(row: LateRow): Pick<Finding, 'detail' | 'remedy'>;

  async look(): Promise<Findings> {
    const rows: (LateRow & { total: string })[] = await this.dataSource.query(
      `SELECT id, booking_id, kind, state, due_at, leased_until, COUNT(*) OVER () AS total
       FROM notifications WHERE ${this.where} ORDER BY due_at, id LIMIT ${MOST_LISTED}`,
    );
    const listed = rows.map((row) => ({ code: this.code, subject: `message ${row.id}`, ...this.judge(row) }));
    return Findings.of(listed, Number(rows[0]?.total ?? 0));
  }
}
