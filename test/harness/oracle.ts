import type { Connection, RowDataPacket } from 'mysql2/promise';
import type { Acknowledged } from './acknowledged.js';
import { type Finding, LETTERS } from './finding.js';
import { duplicateBookings, lostBookings, overlaps, unsanctioned } from './oracle-bookings.js';
import {
  duplicateEmails,
  missingEmails,
  missingReminders,
  parseEmail,
  wrongEmails,
} from './oracle-emails.js';
import { brokenHistories, historiesOf } from './oracle-history.js';
import { wantedEmails, wrongLedgerRows } from './oracle-ledger.js';
import { readBookings, readErasedMessageIds, readEvents, readNotifications, rows } from './oracle-rows.js';
import type { AcceptedMail } from './smtp-record.js';

/** The letters must be zero; the rest need not. */
export interface Counts {
  /** Overlapping pairs of live bookings that no override sanctions, and overbooked bookings without an override. */
  readonly O: number;
  /** Acknowledged bookings that are missing or differ from what was acknowledged. */
  readonly A: number;
  /** Bookings beyond the first for one `Idempotency-Key`. */
  readonly K: number;
  /** Changes without exactly one event, and statuses that do not follow from one another. */
  readonly H: number;
  /** Versions without exactly one confirmation in the ledger, and rows with a wrong outcome. */
  readonly L: number;
  /** Events without an email, and reminders that never came. */
  readonly M: number;
  /** Duplicate emails. */
  readonly D: number;
  /** Emails that should not have come, or that have a wrong recipient, date or content. */
  readonly W: number;
  readonly bookings: number;
  /** Bookings that the desk let overlap others. */
  readonly overbooked: number;
  /** Statuses that the desk set. */
  readonly statuses: number;
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
  const bookings = await readBookings(database);
  const notifications = await readNotifications(database);
  const histories = historiesOf(bookings, await readEvents(database));
  const byId = new Map(bookings.map((booking) => [booking.id, booking]));
  const erasedMessageIds = await readErasedMessageIds(database);
  const mails = (await Promise.all(accepted.map(parseEmail))).filter(
    ({ messageId }) => !erasedMessageIds.has(messageId),
  );
  const wanted = wantedEmails(acknowledged, histories);
  const records = { bookings, byId, histories, notifications, mails, wanted, now };
  const findings = [
    ...(await overlaps(database)),
    ...unsanctioned(bookings, histories, acknowledged),
    ...lostBookings(acknowledged, byId, histories),
    ...(await duplicateBookings(database)),
    ...brokenHistories(histories),
    ...wrongLedgerRows(bookings, notifications, wanted),
    ...missingEmails(records),
    ...missingReminders(records),
    ...duplicateEmails(mails, notifications),
    ...wrongEmails(records),
  ];
  return {
    ...countsOf(findings),
    bookings: bookings.length,
    overbooked: bookings.filter(({ overbooked }) => overbooked === 1).length,
    statuses: [...histories.values()]
      .flatMap(({ steps }) => steps)
      .filter(({ action }) => action === 'status_set').length,
    mails: mails.length,
    reminders: mails.filter(({ entry }) => !entry).length,
    dead: notifications.filter(({ state }) => state === 'dead').length,
    findings,
  };
}

function countsOf(findings: readonly Finding[]): Record<Finding['letter'], number> {
  const counts = LETTERS.map((letter) => [
    letter,
    findings.filter((found) => found.letter === letter).length,
  ]);
  return Object.fromEntries(counts) as Record<Finding['letter'], number>;
}

async function databaseNow(database: Connection): Promise<number> {
  const [row] = await rows<RowDataPacket & { now: Date }>(database, 'SELECT UTC_TIMESTAMP(3) AS now');
  return row!.now.getTime();
}
