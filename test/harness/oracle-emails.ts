import PostalMime from 'postal-mime';
import { calendarEntryOf } from '../support/calendar-entry.js';
import type { Finding } from './finding.js';
import { type BookingRow, isReminder, type NotificationRow } from './oracle-rows.js';
import type { AcceptedMail } from './smtp-record.js';

/** How long after a change the reminder of the earlier version may still arrive: it was being sent already. */
const IN_TRANSIT_MS = 3_000;
/** Rounding differences between clocks of one machine. */
const ROUNDING_MS = 50;
/** Reminders that fell due this recently may still be on their way. */
const JUST_DUE_MS = 5_000;
const HOUR_MS = 3_600_000;

/** An accepted email, with what the oracle reads in it. */
export interface ParsedEmail extends AcceptedMail {
  readonly messageId: string;
  /** The calendar entry: `uid sequence method`, and its start in ISO 8601. Reminders have none. */
  readonly entry: { readonly name: string; readonly start: string } | undefined;
}

export async function parseEmail(accepted: AcceptedMail): Promise<ParsedEmail> {
  const mail = await PostalMime.parse(accepted.raw);
  const messageId = mail.messageId ?? '';
  if (mail.attachments.length === 0) return { ...accepted, messageId, entry: undefined };
  const { uid, sequence, method, start } = calendarEntryOf({ ...accepted, mail });
  return { ...accepted, messageId, entry: { name: `${uid} ${sequence} ${String(method)}`, start } };
}

/** M: every version of a booking needs an email. A superseded reschedule needs none if a newer version has one. */
export function missingEmails(
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

/** M: reminders that were due, whose booking has not changed since, and that never arrived. */
export function missingReminders(
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

/** D: every email after the first with the same Message-ID. */
export function duplicateEmails(
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

/** W: emails with a wrong recipient, time or content. */
export function wrongEmails(
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

function entryName({ uid, status, version }: BookingRow, sequence: number): string {
  const isCancellation = status === 'cancelled' && sequence === version - 1;
  return `${uid}@clinica ${sequence} ${isCancellation ? 'CANCEL' : 'REQUEST'}`;
}
