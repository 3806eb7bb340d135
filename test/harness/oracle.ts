import type { Connection, RowDataPacket } from 'mysql2/promise';
import PostalMime from 'postal-mime';
import { calendarEntryOf } from '../support/calendar-entry.js';
import type { AcceptedMail } from './smtp-record.js';
import type { Acknowledged } from './traffic.js';

/** How much later than the change of a booking its reminder may still be taken: it was on its way already. */
const ON_ITS_WAY_MS = 3_000;
/** Clocks of one machine, rounded. */
const ROUNDING_MS = 50;
/** What fell due between the end of the scenario and the first question. */
const JUST_DUE_MS = 5_000;
const HOUR_MS = 3_600_000;

/** One thing that is not as it must be. */
export interface Finding {
  readonly letter: 'O' | 'A' | 'K' | 'M' | 'D' | 'W';
  readonly what: string;
  /** Of which booking; null where nobody can say. */
  readonly bookingId: number | null;
}

/** What must be nothing, and what may be something. */
export interface Counts {
  /** Overlapping pairs of live bookings. */
  readonly O: number;
  /** Acknowledged bookings that are missing, or are not as they were acknowledged. */
  readonly A: number;
  /** Bookings beyond the first for one wish, and so for one key. */
  readonly K: number;
  /** Events whose mail never came, and reminders. */
  readonly M: number;
  /** Mails that came again. */
  readonly D: number;
  /** Mails that should not have come, or not so. */
  readonly W: number;
  readonly bookings: number;
  readonly mails: number;
  readonly reminders: number;
  /** Given up, and in the list of dead letters. */
  readonly dead: number;
  /** What the letters count, one by one. */
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

interface ReadMail extends AcceptedMail {
  readonly messageId: string;
  /** `uid sequence method` of the calendar entry, and its start in ISO 8601; none in a reminder. */
  readonly entry: { readonly name: string; readonly start: string } | undefined;
}

/** Reads database and mail server after all is over, trusting neither the service nor its ledger. */
export async function consult(
  database: Connection,
  acknowledged: ReadonlyMap<number, Acknowledged>,
  accepted: readonly AcceptedMail[],
): Promise<Counts> {
  // First: reading thousands of mails takes seconds, in which more falls due.
  const now = await nowOf(database);
  // Who was erased is to get no further mails, and is not judged.
  const bookings = await rows<BookingRow>(
    database,
    `SELECT b.*, a.email FROM bookings b JOIN accounts a ON a.id = b.user_id
     WHERE a.email NOT LIKE '%@erased.invalid' ORDER BY b.id`,
  );
  const messages = await rows<NotificationRow>(
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
  const toErased = new Set(erased.map(({ message_id }) => message_id));
  const mails = (await Promise.all(accepted.map(read))).filter(({ messageId }) => !toErased.has(messageId));
  const dead = messages.filter(({ state }) => state === 'dead');
  const findings = [
    ...(await overlaps(database)),
    ...lost(acknowledged, byId),
    ...(await repeats(database)),
    ...missing(bookings, mails, messages),
    ...forgotten(messages, byId, mails, now),
    ...repeatedMails(mails, messages),
    ...wrong(mails, byId, messages),
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

function lost(
  acknowledged: ReadonlyMap<number, Acknowledged>,
  byId: ReadonlyMap<number, BookingRow>,
): Finding[] {
  return [...acknowledged.values()]
    .filter((told) => !isAsTold(told, byId.get(told.id)))
    .map(({ id }) => ({
      letter: 'A',
      bookingId: id,
      what: byId.has(id) ? 'it is not as it was acknowledged' : 'it is missing',
    }));
}

function isAsTold(told: Acknowledged, row: BookingRow | undefined): boolean {
  return (
    row !== undefined &&
    row.user_id === told.userId &&
    row.doctor_id === told.doctorId &&
    row.date === told.date &&
    row.start_time.slice(0, 5) === told.time &&
    row.duration_minutes === told.duration &&
    row.status === told.status
  );
}

/** No patient asks twice for the same under two keys, so the same twice was one key twice. */
async function repeats(database: Connection): Promise<Finding[]> {
  const wishes = await rows<RowDataPacket & { made: number; last: number }>(
    database,
    `SELECT COUNT(*) AS made, MAX(b.id) AS last FROM notifications n JOIN bookings b ON b.id = n.booking_id
     WHERE n.kind = 'booked' GROUP BY b.user_id, b.doctor_id, n.starts_at, n.duration_minutes HAVING COUNT(*) > 1`,
  );
  return wishes.flatMap(({ made, last }) =>
    Array.from({ length: made - 1 }, () => ({
      letter: 'K' as const,
      bookingId: last,
      what: `the same wish was booked ${made} times`,
    })),
  );
}

async function read(accepted: AcceptedMail): Promise<ReadMail> {
  const mail = await PostalMime.parse(accepted.raw);
  const messageId = mail.messageId ?? '';
  if (mail.attachments.length === 0) return { ...accepted, messageId, entry: undefined };
  const { uid, sequence, method, start } = calendarEntryOf({ ...accepted, mail });
  return { ...accepted, messageId, entry: { name: `${uid} ${sequence} ${String(method)}`, start } };
}

/** Each version of a booking is an event that its patient is told of, if only by the mail about a newer one. */
function missing(
  bookings: readonly BookingRow[],
  mails: readonly ReadMail[],
  messages: readonly NotificationRow[],
): Finding[] {
  const told = new Set(mails.map(({ entry }) => entry?.name));
  const inState = (state: string): Set<string> => {
    const news = messages.filter((message) => message.state === state && !isReminder(message));
    return new Set(news.map((message) => `${message.booking_id} ${message.booking_version}`));
  };
  const [givenUp, withdrawn] = [inState('dead'), inState('cancelled')];
  return bookings.flatMap((booking) => {
    const found: Finding[] = [];
    let isToldLater = false;
    for (let sequence = booking.version - 1; sequence >= 0; sequence -= 1) {
      const version = `${booking.id} ${sequence + 1}`;
      const isTold = told.has(nameOf(booking, sequence)) || givenUp.has(version);
      const isSuperseded = isMove(booking, sequence) && withdrawn.has(version) && isToldLater;
      const what = `no mail came about its version ${sequence + 1}`;
      if (!isTold && !isSuperseded) found.push({ letter: 'M', bookingId: booking.id, what });
      isToldLater ||= isTold;
    }
    return found;
  });
}

/** The booking itself, and its cancellation, are never superseded. */
function isMove({ status, version }: BookingRow, sequence: number): boolean {
  return sequence > 0 && (status === 'booked' || sequence < version - 1);
}

function isReminder({ kind }: NotificationRow): boolean {
  return kind.startsWith('reminder');
}

/** Reminders of bookings that are as they were, whose time has come, and which nobody got. */
function forgotten(
  messages: readonly NotificationRow[],
  byId: ReadonlyMap<number, BookingRow>,
  mails: readonly ReadMail[],
  now: number,
): Finding[] {
  const came = new Set(mails.map(({ messageId }) => messageId));
  const never = messages.filter((message) => {
    const booking = byId.get(message.booking_id)!;
    const isLive = booking.status === 'booked' && booking.version === message.booking_version;
    // A day's reminder that comes in the last hour gives way to that of the hour.
    const latest = booking.starts_at.getTime() - (message.kind === 'reminder_24h' ? HOUR_MS : 0);
    const hadItsTime = message.due_at.getTime() < Math.min(now - JUST_DUE_MS, latest);
    return (
      isReminder(message) && isLive && hadItsTime && message.state !== 'dead' && !came.has(message.message_id)
    );
  });
  return never.map(({ booking_id: bookingId, kind }) => ({
    letter: 'M',
    bookingId,
    what: `its ${kind} never came`,
  }));
}

/** The second and every later mail of one Message-ID. */
function repeatedMails(mails: readonly ReadMail[], messages: readonly NotificationRow[]): Finding[] {
  const seen = new Set<string>();
  return mails.flatMap(({ messageId }) => {
    if (!seen.has(messageId)) {
      seen.add(messageId);
      return [];
    }
    const bookingId = messages.find((message) => message.message_id === messageId)?.booking_id ?? null;
    return [{ letter: 'D' as const, bookingId, what: `the mail ${messageId} came again` }];
  });
}

async function nowOf(database: Connection): Promise<number> {
  const [row] = await rows<RowDataPacket & { now: Date }>(database, 'SELECT UTC_TIMESTAMP(3) AS now');
  return row!.now.getTime();
}

function nameOf({ uid, status, version }: BookingRow, sequence: number): string {
  const isCancellation = status === 'cancelled' && sequence === version - 1;
  return `${uid}@clinica ${sequence} ${isCancellation ? 'CANCEL' : 'REQUEST'}`;
}

function wrong(
  mails: readonly ReadMail[],
  byId: ReadonlyMap<number, BookingRow>,
  messages: readonly NotificationRow[],
): Finding[] {
  const byMessageId = new Map(messages.map((message) => [message.message_id, message]));
  const isWrong = (mail: ReadMail): boolean => {
    const message = byMessageId.get(mail.messageId);
    const booking = message && byId.get(message.booking_id);
    if (!booking || mail.to !== booking.email) return true;
    if (mail.at < message.due_at.getTime() - ROUNDING_MS) return true;
    if (mail.entry) return isWrongNews(mail.entry, message, booking);
    const next = messages.find(
      (other) => other.booking_id === booking.id && other.booking_version === message.booking_version + 1,
    );
    return isWrongReminder(mail, booking, next);
  };
  return mails.filter(isWrong).map(({ messageId, to, at }) => ({
    letter: 'W',
    bookingId: byMessageId.get(messageId)?.booking_id ?? null,
    what: `the mail ${messageId} to ${to} at ${new Date(at).toISOString()} should not have come, or not so`,
  }));
}

function isWrongNews(
  entry: NonNullable<ReadMail['entry']>,
  { booking_version: version, starts_at: startsAt }: NotificationRow,
  booking: BookingRow,
): boolean {
  const isCurrent = version === booking.version;
  return (
    entry.name !== nameOf(booking, version - 1) ||
    entry.start !== startsAt.toISOString() ||
    (isCurrent && startsAt.getTime() !== booking.starts_at.getTime())
  );
}

/** @param next what was told of the next change of the booking, if there was one */
function isWrongReminder(mail: ReadMail, booking: BookingRow, next: NotificationRow | undefined): boolean {
  if (mail.at >= booking.starts_at.getTime()) return true;
  return next !== undefined && mail.at > next.created_at.getTime() + ON_ITS_WAY_MS;
}
