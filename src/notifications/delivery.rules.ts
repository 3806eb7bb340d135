import {
  BOOKING_KINDS,
  type BookingKind,
  isReminder,
  LINK_KINDS,
  NOTICE_KINDS,
  type NotificationKind,
  type ReminderKind,
  REMINDERS,
} from '../outbox/notification-kind.js';
import {
  BOOKING_CANCELLED,
  BOOKING_RESCHEDULED,
  NO_ADDRESS,
  NO_EMAILS_WANTED,
} from '../outbox/skip-reasons.js';
import type { BookingStatus } from '../bookings/booking.js';
import type { Contact } from '../patients/patient.entity.js';
import type { EpochMs } from '../time/interval.js';

const MINUTE_MS = 60_000;
const MIN_BACKOFF_MS = 5_000;
const MAX_BACKOFF_MS = 10 * MINUTE_MS;

/** With the delays of `backoffMs` this is about three days. */
export const MOST_ATTEMPTS = 430;

/** The facts that decide whether a notification about a booking is still worth sending. */
export interface BookingNotificationFacts {
  readonly kind: BookingKind;
  readonly bookingVersion: number;
  /** The start that the notification announces. */
  readonly startsAt: EpochMs;
  readonly currentVersion: number;
  readonly status: BookingStatus;
}

/**
 * Why a notification should no longer be sent; `undefined` if it should. Confirmations of a change are always sent, a
 * reminder only while it is right and its appointment lies ahead.
 */
export function skipReason(notification: BookingNotificationFacts, now: EpochMs): string | undefined {
  const { kind, startsAt } = notification;
  if (!isReminder(kind)) return undefined;
  if (notification.status === 'cancelled') return BOOKING_CANCELLED;
  if (notification.status !== 'booked')
    return 'the clinic has already recorded what became of the appointment';
  if (notification.currentVersion !== notification.bookingVersion) return BOOKING_RESCHEDULED;
  if (startsAt <= now) return 'the appointment has begun';
  if (startsAt - now <= nextReminderMs(kind)) return 'too late: the next reminder takes its place';
  return undefined;
}

/** How long before the start the reminder after this one is due; 0 if it is the last. */
function nextReminderMs(kind: ReminderKind): number {
  return Math.max(0, ...Object.values(REMINDERS).filter((ms) => ms < REMINDERS[kind]));
}

/** The facts that decide whether a link is still worth mailing. */
export interface LinkFacts {
  readonly expiresAt: EpochMs;
  readonly isUsed: boolean;
  readonly isRevoked: boolean;
}

/** Why a link should no longer be mailed; `undefined` if it should. */
export function linkSkipReason(
  { expiresAt, isUsed, isRevoked }: LinkFacts,
  now: EpochMs,
): string | undefined {
  if (isUsed) return 'the link was used';
  if (isRevoked) return 'the sessions of the account were ended';
  return expiresAt <= now ? 'the link has expired' : undefined;
}

/**
 * The delay before the next attempt: it doubles up to ten minutes, less up to a quarter of jitter. `random` is 0 to 1.
 */
export function backoffMs(attempts: number, random: number): number {
  const delay = Math.min(MAX_BACKOFF_MS, MIN_BACKOFF_MS * 2 ** Math.min(attempts - 1, 20));
  return Math.round(delay * (0.75 + random * 0.25));
}

/** The properties that nodemailer adds to an error. */
export interface SmtpFailure {
  readonly code?: string;
  readonly responseCode?: number | false;
  readonly command?: string;
}

const PROGRAMMING_ERRORS = [TypeError, RangeError, ReferenceError, SyntaxError];

/** Whether Clinica itself failed to build a mail, before it reached a mail server: no later attempt can succeed. */
export function isInternalFault(error: unknown): boolean {
  if (PROGRAMMING_ERRORS.some((type) => error instanceof type)) return true;
  const { code, command } = (error ?? {}) as SmtpFailure;
  return command === 'API' && (code === 'EENVELOPE' || code === 'EMESSAGE');
}

/**
 * Whether the mail server permanently rejected this email (RFC 5321, 4.2.1: 5yz replies to its recipient or content).
 * Other refusals, such as of the connection, the log-in or the sender, come from the configuration and are retried.
 */
export function isPermanent({ responseCode, command = '' }: SmtpFailure): boolean {
  return Number(responseCode) >= 500 && (command === 'RCPT TO' || command === 'DATA');
}

/** How many mails of each kind an address got within 24 hours. */
export type MailCounts = Readonly<Partial<Record<NotificationKind, number>>>;

export interface Budget {
  readonly perDay: number;
  readonly isConfirmed: boolean;
}

/** Cancellations, other mails about bookings, and notices that an unconfirmed address gets whatever its budget: two each. */
const GUARANTEED_OF_EACH = 2;

/** The smallest budget of an unconfirmed address: one mail of any kind, and one takeover code. */
const MIN_UNCONFIRMED_BUDGET = 2;

/** The smallest budget of a confirmed address for one kind of code: as many as the pauses between codes allow a day. */
const MIN_CODE_BUDGET = 5;

/**
 * Whether an address has used up its budget for mails of a kind. The mails of all accounts count together. Pure.
 *
 * The owner of an unconfirmed address is unknown, so it gets a quarter of the budget, at least two mails. The last
 * place is reserved for a takeover code (a new password or an invitation), unless one was sent. Strangers can use up
 * the quarter by requesting codes, so two cancellations, two other mails about bookings and two notices, which warn of a
 * thief, are sent regardless.
 *
 * A confirmed address gets news of bookings while it has had fewer mails than the budget. Strangers can only trigger
 * codes: these fill at most a quarter of the budget, and other mails never hold them back. Important mails have places
 * that no flood of lesser ones takes: cancellations and reminders go up to twice the budget, notices up to three times.
 */
export function isBudgetSpent(
  kind: NotificationKind,
  counts: MailCounts,
  { perDay, isConfirmed }: Budget,
): boolean {
  const quarter = Math.floor(perDay / 4);
  const codes = countOf(counts, isCode);
  const others = countOf(counts, (each) => !isCode(each));
  if (!isConfirmed) {
    if (!isCode(kind) && countOf(counts, groupOf(kind)) < GUARANTEED_OF_EACH) return false;
    const hasTakeoverCode = countOf(counts, isTakeoverCode) > 0;
    if (isTakeoverCode(kind) && !hasTakeoverCode) return false;
    const budget = Math.max(quarter, MIN_UNCONFIRMED_BUDGET);
    return codes + others >= (hasTakeoverCode ? budget : budget - 1);
  }
  if (isCode(kind)) return (counts[kind] ?? 0) >= Math.max(quarter, MIN_CODE_BUDGET);
  return Math.min(codes, quarter) + others >= perDay * budgetFactorOf(kind);
}

/** How many mails an address gets within 24 hours before `isBudgetSpent` can refuse one, whatever their kinds. Pure. */
export function guaranteedMails({ perDay, isConfirmed }: Budget): number {
  const quarter = Math.floor(perDay / 4);
  return isConfirmed ? quarter : Math.max(quarter, MIN_UNCONFIRMED_BUDGET) - 1;
}

function countOf(counts: MailCounts, isCounted: (kind: NotificationKind) => boolean): number {
  const kinds = Object.entries(counts) as [NotificationKind, number][];
  return kinds.reduce((sum, [kind, mails]) => sum + (isCounted(kind) ? mails : 0), 0);
}

/** Whether a code opens an account, or lets its recipient take one over. */
function isTakeoverCode(kind: NotificationKind): boolean {
  return kind === 'password_reset' || kind === 'invitation' || kind === 'patient_invitation';
}

function isNotice(kind: NotificationKind): boolean {
  return (NOTICE_KINDS as readonly NotificationKind[]).includes(kind);
}

function isAboutBooking(kind: NotificationKind): boolean {
  return (BOOKING_KINDS as readonly NotificationKind[]).includes(kind);
}

/** The mails that share the guarantee of a kind. */
function groupOf(kind: NotificationKind): (other: NotificationKind) => boolean {
  if (isNotice(kind)) return isNotice;
  if (kind === 'cancelled') return (other) => other === 'cancelled';
  return (other) => isAboutBooking(other) && other !== 'cancelled';
}

function isCode(kind: NotificationKind): boolean {
  return (LINK_KINDS as readonly NotificationKind[]).includes(kind);
}

/** How many times the budget a kind may fill. */
function budgetFactorOf(kind: NotificationKind): number {
  if (isNotice(kind)) return 3;
  return kind === 'cancelled' || isReminder(kind) ? 2 : 1;
}

export const BUDGET_SPENT = 'the address has had its mails of the day';

/** The facts that decide whether the owner of an address wants a mail. */
export interface RecipientFacts {
  readonly kind: NotificationKind;
  readonly isRefused: boolean;
  readonly isConfirmed: boolean;
}

/**
 * Why an address should get no mail; `undefined` if it should. Once its owner has said that the account is not theirs,
 * only a requested code for a new password still goes there: the owner uses it to come back.
 */
export function unwantedReason({ kind, isRefused, isConfirmed }: RecipientFacts): string | undefined {
  if (!isRefused || isConfirmed || kind === 'password_reset') return undefined;
  return 'the owner of the address wants no mails';
}

/** Why a patient gets no emails; `undefined` if they do. */
export function unreachableReason({
  contactBy,
  email,
}: {
  readonly contactBy: Contact;
  readonly email: string | null;
}): string | undefined {
  if (contactBy === 'none') return NO_EMAILS_WANTED;
  return email === null ? NO_ADDRESS : undefined;
}
