import type { Connection, RowDataPacket } from 'mysql2/promise';
import PostalMime from 'postal-mime';
import { calendarEntryOf } from '../support/calendar-entry.js';
import type { AcceptedMail } from './smtp-record.js';
import type { Acknowledged } from './traffic.js';

/** How long after a change the reminder of the earlier version may still arrive: it was being sent already. */
const IN_TRANSIT_MS = 3_000;
/** Rounding differences between clocks of one machine. */
const ROUNDING_MS = 50;
/** Reminders that fell due this recently may still be on their way. */
const JUST_DUE_MS = 5_000;
const HOUR_MS = 3_600_000;

/** One violated guarantee. */
export interface Finding {
  readonly letter: 'O' | 'A' | 'K' | 'M' | 'D' | 'W';
  readonly what: string;
  /** The booking concerned; null if unknown. */
  readonly bookingId: number | null;
}

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

interface BookingRow extends RowDataPacket {
  readonly id: number;
  readonly uid: string;
  readonly user_id: number;
  readonly doctor_id: number;
  readonly date: string;
  readonly start_time: string;
  readonly duration_minutes: number;
  readonly starts_at: Date;
  readonly status: 'booked' | 'cancelled';
  readonly version: number;
  readonly email: string;
}

interface NotificationRow extends RowDataPacket {
  readonly booking_id: number;
  readonly booking_version: number;
  readonly kind: string;
  readonly starts_at: Date;
  readonly due_at: Date;
  readonly state: string;
  readonly message_id: string;
  readonly created_at: Date;
}

interface ParsedEmail extends AcceptedMail {
  readonly messageId: string;
  /** The calendar entry: `uid sequence method`, and its start in ISO 8601. Reminders have none. */
  readonly entry: { readonly name: string; readonly start: string } | undefined;
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

async function rows<Row extends RowDataPacket>(database: Connection, sql: string): Promise<Row[]> {
  const [found] = await database.query<Row[]>(sql);
  return found;
}

async function overlaps(database: Connection): Promise<Finding[]> {
  const pairs = await rows<RowDataPacket & { one: number; other: number }>(
    database,
    `SELECT a.id AS one, b.id AS other FROM bookings a JOIN bookings b
       ON a.doctor_id = b.doctor_id AND a.id < b.id AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at
     WHERE a.status = 'booked' AND b.status = 'booked'`,
  );
  return pairs.map(({ one, other }) => ({
    letter: 'O',
    bookingId: other,
    what: `it overlaps booking ${one}`,
  }));
}

function lostBookings(
  acknowledged: ReadonlyMap<number, Acknowledged>,
  byId: ReadonlyMap<number, BookingRow>,
): Finding[] {
  return [...acknowledged.values()]
    .filter((booking) => !matches(booking, byId.get(booking.id)))
    .map(({ id }) => ({
      letter: 'A',
      bookingId: id,
      what: byId.has(id) ? 'it differs from what was acknowledged' : 'it is missing',
    }));
}

function matches(acknowledged: Acknowledged, row: BookingRow | undefined): boolean {
  return (
    row !== undefined &&
    row.user_id === acknowledged.userId &&
    row.doctor_id === acknowledged.doctorId &&
    row.date === acknowledged.date &&
    row.start_time.slice(0, 5) === acknowledged.time &&
    row.duration_minutes === acknowledged.duration &&
    row.status === acknowledged.status
  );
}

/** The traffic never requests the same booking under two keys, so equal bookings must come from one key. */
async function duplicateBookings(database: Connection): Promise<Finding[]> {
  const duplicates = await rows<RowDataPacket & { made: number; last: number }>(
    database,
    `SELECT COUNT(*) AS made, MAX(b.id) AS last FROM notifications n JOIN bookings b ON b.id = n.booking_id
     WHERE n.kind = 'booked' GROUP BY b.user_id, b.doctor_id, n.starts_at, n.duration_minutes HAVING COUNT(*) > 1`,
  );
  return duplicates.flatMap(({ made, last }) =>
    Array.from({ length: made - 1 }, () => ({
      letter: 'K' as const,
      bookingId: last,
      what: `the same request made ${made} bookings`,
    })),
  );
}

async function parseEmail(accepted: AcceptedMail): Promise<ParsedEmail> {
  const mail = await PostalMime.parse(accepted.raw);
  const messageId = mail.messageId ?? '';
  if (mail.attachments.length === 0) return { ...accepted, messageId, entry: undefined };
  const { uid, sequence, method, start } = calendarEntryOf({ ...accepted, mail });
  return { ...accepted, messageId, entry: { name: `${uid} ${sequence} ${String(method)}`, start } };
}

/** Every version of a booking needs an email. A superseded reschedule needs none if a newer version has one. */
function missingEmails(
  bookings: readonly BookingRow[],
  mails: readonly ParsedEmail[],
  notifications: readonly NotificationRow[],
): Finding[] {
  const sentEntries = new Set(mails.map(({ entry }) => entry?.name));
  const inState = (state: string): Set<string> => {
    const changes = notifications.filter(
      (notification) => notification.state === state && !isReminder(notification),
    );
    return new Set(
      changes.map((notification) => `${notification.booking_id} ${notification.booking_version}`),
    );
  };
  const [givenUp, withdrawn] = [inState('dead'), inState('cancelled')];
  return bookings.flatMap((booking) => {
    const found: Finding[] = [];
    let isNotifiedLater = false;
    for (let sequence = booking.version - 1; sequence >= 0; sequence -= 1) {
      const version = `${booking.id} ${sequence + 1}`;
      const isNotified = sentEntries.has(entryName(booking, sequence)) || givenUp.has(version);
      const isSuperseded = isReschedule(booking, sequence) && withdrawn.has(version) && isNotifiedLater;
      const what = `no email came about its version ${sequence + 1}`;
      if (!isNotified && !isSuperseded) found.push({ letter: 'M', bookingId: booking.id, what });
      isNotifiedLater ||= isNotified;
    }
    return found;
  });
}

/** Only reschedules can be superseded: neither the first version of a booking nor its cancellation is one. */
function isReschedule({ status, version }: BookingRow, sequence: number): boolean {
  return sequence > 0 && (status === 'booked' || sequence < version - 1);
}

function isReminder({ kind }: NotificationRow): boolean {
  return kind.startsWith('reminder');
}

/** Reminders that were due, whose booking has not changed since, and that never arrived. */
function missingReminders(
  notifications: readonly NotificationRow[],
  byId: ReadonlyMap<number, BookingRow>,
  mails: readonly ParsedEmail[],
  now: number,
): Finding[] {
  const arrived = new Set(mails.map(({ messageId }) => messageId));
  const never = notifications.filter((notification) => {
    const booking = byId.get(notification.booking_id)!;
    const isLive = booking.status === 'booked' && booking.version === notification.booking_version;
    // Within the last hour the 24-hour reminder is dropped in favour of the 1-hour reminder.
    const latest = booking.starts_at.getTime() - (notification.kind === 'reminder_24h' ? HOUR_MS : 0);
    const wasDue = notification.due_at.getTime() < Math.min(now - JUST_DUE_MS, latest);
    return (
      isReminder(notification) &&
      isLive &&
      wasDue &&
      notification.state !== 'dead' &&
      !arrived.has(notification.message_id)
    );
  });
  return never.map(({ booking_id: bookingId, kind }) => ({
    letter: 'M',
    bookingId,
    what: `its ${kind} never came`,
  }));
}

/** Every email after the first with the same Message-ID. */
function duplicateEmails(
  mails: readonly ParsedEmail[],
  notifications: readonly NotificationRow[],
): Finding[] {
  const seen = new Set<string>();
  return mails.flatMap(({ messageId }) => {
    if (!seen.has(messageId)) {
      seen.add(messageId);
      return [];
    }
    const bookingId =
      notifications.find((notification) => notification.message_id === messageId)?.booking_id ?? null;
    return [{ letter: 'D' as const, bookingId, what: `the email ${messageId} came again` }];
  });
}

async function databaseNow(database: Connection): Promise<number> {
  const [row] = await rows<RowDataPacket & { now: Date }>(database, 'SELECT UTC_TIMESTAMP(3) AS now');
  return row!.now.getTime();
}

function entryName({ uid, status, version }: BookingRow, sequence: number): string {
  const isCancellation = status === 'cancelled' && sequence === version - 1;
  return `${uid}@clinica ${sequence} ${isCancellation ? 'CANCEL' : 'REQUEST'}`;
}

function wrongEmails(
  mails: readonly ParsedEmail[],
  byId: ReadonlyMap<number, BookingRow>,
  notifications: readonly NotificationRow[],
): Finding[] {
  const byMessageId = new Map(notifications.map((notification) => [notification.message_id, notification]));
  const isWrong = (mail: ParsedEmail): boolean => {
    const notification = byMessageId.get(mail.messageId);
    const booking = notification && byId.get(notification.booking_id);
    if (!booking || mail.to !== booking.email) return true;
    if (mail.at < notification.due_at.getTime() - ROUNDING_MS) return true;
    if (mail.entry) return isWrongChange(mail.entry, notification, booking);
    const next = notifications.find(
      (other) =>
        other.booking_id === booking.id && other.booking_version === notification.booking_version + 1,
    );
    return isWrongReminder(mail, booking, next);
  };
  return mails.filter(isWrong).map(({ messageId, to, at }) => ({
    letter: 'W',
    bookingId: byMessageId.get(messageId)?.booking_id ?? null,
    what: `the email ${messageId} to ${to} at ${new Date(at).toISOString()} is wrong`,
  }));
}

function isWrongChange(
  entry: NonNullable<ParsedEmail['entry']>,
  { booking_version: version, starts_at: startsAt }: NotificationRow,
  booking: BookingRow,
): boolean {
  const isCurrent = version === booking.version;
  return (
    entry.name !== entryName(booking, version - 1) ||
    entry.start !== startsAt.toISOString() ||
    (isCurrent && startsAt.getTime() !== booking.starts_at.getTime())
  );
}

/** @param next the notification of the booking's next version, if there is one */
function isWrongReminder(mail: ParsedEmail, booking: BookingRow, next: NotificationRow | undefined): boolean {
  if (mail.at >= booking.starts_at.getTime()) return true;
  return next !== undefined && mail.at > next.created_at.getTime() + IN_TRANSIT_MS;
}
