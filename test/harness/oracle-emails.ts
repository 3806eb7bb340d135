import PostalMime from 'postal-mime';
import { calendarEntryOf } from '../support/calendar-entry.js';
import type { Finding } from './finding.js';
import type { History } from './oracle-history.js';
import { isQuiet, type Wanted } from './oracle-ledger.js';
import { type BookingRow, isReminder, type NotificationRow, grouped } from './oracle-rows.js';
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

/** What the functions below compare. */
interface Records {
  readonly bookings: readonly BookingRow[];
  readonly byId: ReadonlyMap<number, BookingRow>;
  readonly histories: ReadonlyMap<number, History>;
  readonly notifications: readonly NotificationRow[];
  readonly mails: readonly ParsedEmail[];
  readonly wanted: ReadonlyMap<number, Wanted>;
  readonly now: number;
}

/**
 * M: every version of a booking needs an email, unless the patient gets none, or the desk wanted none. A superseded
 * reschedule needs none if a newer version has one, or the desk wanted none about it.
 */
export function missingEmails({ bookings, mails, notifications, wanted }: Records): Finding[] {
  const sentEntries = new Set(mails.map(({ entry }) => entry?.name));
  const versionsOf = (isMeant: (notification: NotificationRow) => boolean): Set<string> => {
    const changes = notifications.filter(
      (notification) => !isReminder(notification) && isMeant(notification),
    );
    return new Set(
      changes.map((notification) => `${notification.booking_id} ${notification.booking_version}`),
    );
  };
  const givenUp = versionsOf(({ state }) => state === 'dead');
  const withdrawn = versionsOf(({ state }) => state === 'cancelled');
  const quiet = versionsOf((notification) => isQuiet(notification, wanted));
  const reachable = bookings.filter(({ email }) => email !== null);
  return reachable.flatMap((booking) => {
    const found: Finding[] = [];
    let isNotifiedLater = false;
    for (let sequence = booking.version - 1; sequence >= 0; sequence -= 1) {
      const version = `${booking.id} ${sequence + 1}`;
      const isNotified =
        sentEntries.has(entryName(booking, sequence)) || givenUp.has(version) || quiet.has(version);
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
  return sequence > 0 && (status !== 'cancelled' || sequence < version - 1);
}

/** M: reminders that were due, whose booking has not changed since, and that never arrived. */
export function missingReminders({ notifications, byId, histories, mails, now }: Records): Finding[] {
  const arrived = new Set(mails.map(({ messageId }) => messageId));
  const never = notifications.filter((notification) => {
    const booking = byId.get(notification.booking_id)!;
    const isLive =
      booking.version === notification.booking_version &&
      booking.email !== null &&
      wasBookedSince(histories.get(booking.id)!, notification.due_at.getTime());
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

/** Whether a booking was `booked` from a moment until now, as far as its events say; others get no reminder. */
function wasBookedSince({ steps }: History, moment: number): boolean {
  const before = steps.findLast(({ at }) => at <= moment) ?? steps[0];
  const since = steps.filter(({ at }) => at > moment);
  return [before, ...since].every((step) => step?.status === 'booked');
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

/** W: emails with a wrong recipient, time or content, and emails that the desk or nobody wanted. */
export function wrongEmails({ mails, byId, histories, notifications, wanted }: Records): Finding[] {
  const byMessageId = new Map(notifications.map((notification) => [notification.message_id, notification]));
  const byBooking = grouped(notifications, ({ booking_id }) => booking_id);
  const isWrong = (mail: ParsedEmail): boolean => {
    const notification = byMessageId.get(mail.messageId);
    const booking = notification && byId.get(notification.booking_id);
    if (!booking || mail.to !== booking.email) return true;
    if (mail.at < notification.due_at.getTime() - ROUNDING_MS) return true;
    if (mail.entry) return isQuiet(notification, wanted) || isWrongChange(mail.entry, notification, booking);
    const next = byBooking
      .get(booking.id)!
      .find(({ booking_version: version }) => version === notification.booking_version + 1);
    return isWrongReminder(mail, notification, next) || !wasBooked(histories.get(booking.id)!, mail.at);
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
function isWrongReminder(
  mail: ParsedEmail,
  notification: NotificationRow,
  next: NotificationRow | undefined,
): boolean {
  // The start that it reminds of: the desk may have moved the booking into the past since.
  if (mail.at >= notification.starts_at.getTime()) return true;
  return next !== undefined && mail.at > next.created_at.getTime() + IN_TRANSIT_MS;
}

/** Whether a booking was `booked` at some time shortly before an email, which may have been in transit since. */
function wasBooked({ steps }: History, at: number): boolean {
  const before = steps.findLast((step) => step.at <= at - IN_TRANSIT_MS);
  const meanwhile = steps.filter((step) => step.at > at - IN_TRANSIT_MS && step.at <= at + ROUNDING_MS);
  const known = [before, ...meanwhile].filter((step) => step !== undefined);
  return known.length === 0 || known.some(({ status }) => status === 'booked');
}

function entryName({ uid, status, version }: BookingRow, sequence: number): string {
  const isCancellation = status === 'cancelled' && sequence === version - 1;
  return `${uid}@clinica ${sequence} ${isCancellation ? 'CANCEL' : 'REQUEST'}`;
}
