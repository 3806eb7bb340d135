import { SUPERSEDED } from '../../outbox/outbox.js';
import { BookingCheck, HAS_LEDGER, IN_PAGE } from './booking.check.js';
import type { Finding } from './finding.js';

interface Row {
  readonly id: number;
  readonly version: number;
  readonly status: 'booked' | 'cancelled';
  // How many messages of each kind there are. The driver gives counts as text.
  readonly booked: string;
  readonly moved: string;
  readonly cancelled: string;
  /** Whether the last news gave way to later news, which there are not. */
  readonly unsaid: string;
}

/**
 * Bookings with an event that no message was written for: version 1 is news of kind `booked`, the last one of a
 * cancelled booking is `cancelled`, and all between are `moved`. News that later news superseded count: their reader was
 * told what holds. The last ones must not be superseded.
 */
export class NewsCheck extends BookingCheck<Row> {
  readonly code = 'LEDGER_NEWS';
  readonly title = 'bookings with news that are missing from the ledger';

  // A booking's messages stand side by side in the key `notifications_once`, which also has each of them only once.
  protected readonly sql = `
    SELECT b.id, b.version, b.status,
           COUNT(CASE WHEN n.kind = 'booked' AND n.booking_version = 1 THEN 1 END) AS booked,
           COUNT(CASE WHEN n.kind = 'moved' AND n.booking_version BETWEEN 2 AND b.version
                           AND (b.status = 'booked' OR n.booking_version < b.version) THEN 1 END) AS moved,
           COUNT(CASE WHEN n.kind = 'cancelled' AND n.booking_version = b.version
                           AND b.status = 'cancelled' THEN 1 END) AS cancelled,
           COUNT(CASE WHEN n.booking_version = b.version AND n.reason = '${SUPERSEDED}' THEN 1 END) AS unsaid
    FROM bookings b LEFT JOIN notifications n ON n.booking_id = b.id
    WHERE ${IN_PAGE} AND ${HAS_LEDGER}
    GROUP BY b.id, b.version, b.status
    HAVING booked + moved + cancelled < b.version OR (b.status = 'cancelled' AND cancelled = 0)
           OR unsaid > 0`;

  protected judge(row: Row): Omit<Finding, 'code'> {
    return {
      subject: `booking ${row.id}`,
      detail: `it is ${row.status} and at version ${row.version}, but the ledger lacks ${missing(row).join(', ')}`,
      remedy:
        'Most likely nobody was told: write the message into the ledger (docs/operations.md, Mending by hand), and the ' +
        'worker sends it. All tables of a restore must come from one backup.',
    };
  }
}

function missing({ version, status, booked, moved, cancelled, unsaid }: Row): string[] {
  const lastMove = status === 'cancelled' ? version - 1 : version;
  const moves = Math.max(0, lastMove - 1);
  return [
    ...(Number(booked) === 1 ? [] : ["'booked' of version 1"]),
    ...(Number(moved) === moves
      ? []
      : [`${moves - Number(moved)} of ${moves} 'moved' of versions 2 to ${lastMove}`]),
    ...(Number(unsaid) === 0 ? [] : [`what supersedes the news of version ${version}`]),
    ...(status === 'booked' || Number(cancelled) === 1 ? [] : [`'cancelled' of version ${version}`]),
  ];
}
