import type { Connection, RowDataPacket } from 'mysql2/promise';
import type { Finding } from './finding.js';
import { duplicateBookings, lostBookings, overlaps } from './oracle-bookings.js';
import {
  duplicateEmails,
  missingEmails,
  missingReminders,
  parseEmail,
  wrongEmails,
} from './oracle-emails.js';
import { type BookingRow, type NotificationRow, rows } from './oracle-rows.js';
import type { AcceptedMail } from './smtp-record.js';
import type { Acknowledged } from './traffic.js';

/** The letters must be zero; the rest need not. */
export interface Counts {
  /** Overlapping pairs of live bookings. */
  readonly O: number;
  /** Acknowledged bookings that are missing or differ from what was acknowledged. */
  readonly A: number;
  /** Bookings beyond the first for one `Idempotency-Key`. */
  readonly K: number;
  /** Events without an email, and reminders that never came. */
  readonly M: number;
  /** Duplicate emails. */
  readonly D: number;
  /** Emails that should not have come, or that have a wrong recipient, date or content. */
  readonly W: number;
  readonly bookings: number;
  readonly mails: number;
  readonly reminders: number;
  /** Notifications given up for good. */
  readonly dead: number;
  /** The individual findings that the letters count. */
  readonly findings: readonly Finding[];
}

/** Counts the damage from the database and the accepted emails. Trusts neither the service nor its ledger. */
export async function countFindings(
  database: Connection,
  acknowledged: ReadonlyMap<number, Acknowledged>,
  accepted: readonly AcceptedMail[],
): Promise<Counts> {
  // Read the time first: parsing thousands of emails takes seconds, in which more reminders fall due.
  const now = await databaseNow(database);
  // Erased patients must get no further emails, so they are not judged.
  const bookings = await rows<BookingRow>(
    database,
    `SELECT b.*, a.email FROM bookings b JOIN accounts a ON a.id = b.user_id
     WHERE a.email NOT LIKE '%@erased.invalid' ORDER BY b.id`,
  );
  const notifications = await rows<NotificationRow>(
    database,
    `SELECT n.* FROM notifications n LEFT JOIN accounts a ON a.id = n.account_id
     WHERE COALESCE(a.email, '') NOT LIKE '%@erased.invalid' ORDER BY n.id`,
  );
  const byId = new Map(bookings.map((booking) => [booking.id, booking]));
  const erased = await rows<RowDataPacket & { message_id: string }>(
    database,
    `SELECT n.message_id FROM notifications n JOIN accounts a ON a.id = n.account_id
     WHERE a.email LIKE '%@erased.invalid'`,
  );
  const erasedMessageIds = new Set(erased.map(({ message_id }) => message_id));
  const mails = (await Promise.all(accepted.map(parseEmail))).filter(
    ({ messageId }) => !erasedMessageIds.has(messageId),
  );
  const dead = notifications.filter(({ state }) => state === 'dead');
  const findings = [
    ...(await overlaps(database)),
    ...lostBookings(acknowledged, byId),
    ...(await duplicateBookings(database)),
    ...missingEmails(bookings, mails, notifications),
    ...missingReminders(notifications, byId, mails, now),
    ...duplicateEmails(mails, notifications),
    ...wrongEmails(mails, byId, notifications),
  ];
  const count = (letter: Finding['letter']): number =>
    findings.filter((found) => found.letter === letter).length;
  return {
    O: count('O'),
    A: count('A'),
    K: count('K'),
    M: count('M'),
    D: count('D'),
    W: count('W'),
    bookings: bookings.length,
    mails: mails.length,
    reminders: mails.filter(({ entry }) => !entry).length,
    dead: dead.length,
    findings,
  };
}

async function databaseNow(database: Connection): Promise<number> {
  const [row] = await rows<RowDataPacket & { now: Date }>(database, 'SELECT UTC_TIMESTAMP(3) AS now');
  return row!.now.getTime();
}
