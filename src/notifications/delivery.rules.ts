import type { BookingKind, NotificationKind } from '../outbox/notification-kind.js';
import { ACCOUNT_KINDS, BOOKING_KINDS, NOTICE_KINDS } from '../outbox/notification-kind.js';
import type { EpochMs } from '../time/interval.js';

const MINUTE_MS = 60_000;
const FIRST_PAUSE_MS = 5_000;
const LONGEST_PAUSE_MS = 10 * MINUTE_MS;

/** With the pauses of `pauseAfter` this is about three days. */
export const MOST_ATTEMPTS = 430;

/** What decides whether a notification still makes sense. */
export interface Told {
  readonly kind: BookingKind;
  readonly bookingVersion: number;
  /** The start that the notification tells. */
  readonly startsAt: EpochMs;
  readonly currentVersion: number;
  readonly status: 'booked' | 'cancelled';
}

/**
 * Why a notification should no longer be sent; `undefined` if it should. News of what happened is always sent:
 * a reminder only while it reminds of something to come.
 */
export function skipReason(notification: Told, now: EpochMs): string | undefined {
  if (notification.kind !== 'reminder_24h' && notification.kind !== 'reminder_1h') return undefined;
  if (notification.status === 'cancelled') return 'the booking was cancelled';
  if (notification.currentVersion !== notification.bookingVersion) return 'the booking was moved';
  if (notification.startsAt <= now) return 'the appointment has begun';
  if (notification.kind === 'reminder_24h' && notification.startsAt - now <= 60 * MINUTE_MS) {
    return 'too late: the reminder of the last hour takes its place';
  }
  return undefined;
}

/** What decides whether a link still makes sense. */
export interface Linked {
  readonly expiresAt: EpochMs;
  readonly isUsed: boolean;
  readonly hasEnded: boolean;
}

/** Why a link should no longer be mailed; `undefined` if it should. */
export function linkSkipReason({ expiresAt, isUsed, hasEnded }: Linked, now: EpochMs): string | undefined {
  if (isUsed) return 'the link was used';
  if (hasEnded) return 'the sessions of the account were ended';
  return expiresAt <= now ? 'the link has expired' : undefined;
}

/** How long to wait after so many failed attempts: doubling, up to ten minutes, with a little jitter. */
export function pauseAfter(attempts: number, random: number): number {
  const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(attempts - 1, 20));
  return Math.round(pause * (0.75 + random * 0.25));
}

/** What nodemailer tells of a failure. */
export interface SmtpFailure {
  readonly code?: string;
  readonly responseCode?: number | false;
  readonly command?: string;
}

const FAULTS = [TypeError, RangeError, ReferenceError, SyntaxError];

/** Whether a mail failed before any mail server was asked: it is not fit to be sent, now or later. */
export function isOwnFault(error: unknown): boolean {
  if (FAULTS.some((fault) => error instanceof fault)) return true;
  const { code, command } = (error ?? {}) as SmtpFailure;
  return command === 'API' && (code === 'EENVELOPE' || code === 'EMESSAGE');
}

/**
 * Whether the mail server refused this very notification for good (RFC 5321, 4.2.1: 5yz answers). A refusal to
 * talk, to log in or to accept our sender is a matter of configuration, mends, and loses no notification.
 */
export function isPermanent({ responseCode, command = '' }: SmtpFailure): boolean {
  return Number(responseCode) >= 500 && (command === 'RCPT TO' || command === 'DATA');
}

/** How many mails of each kind an address has had within 24 hours. */
export type MailsOfDay = Readonly<Partial<Record<NotificationKind, number>>>;

export interface Budget {
  readonly perDay: number;
  readonly isConfirmed: boolean;
}

/** Notices about the account, and as many mails about bookings, that an unconfirmed address gets within 24 hours anyway. */
const KEPT_OF_EACH = 2;

/** Mails of a day that an unconfirmed address gets at least: one of any kind, and a code that takes the account over. */
const FEWEST_UNCONFIRMED = 2;

/** Codes of a sort that a confirmed address gets within 24 hours, however small its budget: as many as the pauses allow. */
const CODES_A_DAY = 5;

/**
 * Whether an address has had so many mails that it gets no further one of a kind. All mails to it are counted together.
 *
 * Nobody knows whose an unconfirmed address is: it gets a quarter of the budget, and two at least. The last place is for a code with which
 * whoever reads its mails takes the account over, unless it has had one: for a new password, or an invitation. Two mails
 * about bookings and two notices, which warn of a thief, are sent in any case: a stranger can use up the quarter with codes.
 *
 * A confirmed one gets news of bookings while it has had fewer mails than the budget. Strangers can have it mailed nothing
 * but codes: they are counted for a quarter of the budget at most, and no other mail keeps them back. What must be known
 * has places of its own, which no flood of anything less takes away: cancellations and reminders go up to twice the budget,
 * and notices about the account, which warn of a thief, up to three times. Pure.
 */
export function isBudgetSpent(
  kind: NotificationKind,
  had: MailsOfDay,
  { perDay, isConfirmed }: Budget,
): boolean {
  const quarter = Math.floor(perDay / 4);
  const codes = countOf(had, isCode);
  const others = countOf(had, (each) => !isCode(each));
  if (!isConfirmed) {
    const isAlike = isNotice(kind) ? isNotice : isAboutBooking;
    if (!isCode(kind) && countOf(had, isAlike) < KEPT_OF_EACH) return false;
    const canTakeOver = countOf(had, takesOver) > 0;
    if (takesOver(kind) && !canTakeOver) return false;
    const most = Math.max(quarter, FEWEST_UNCONFIRMED);
    return codes + others >= (canTakeOver ? most : most - 1);
  }
  if (isCode(kind)) return (had[kind] ?? 0) >= Math.max(quarter, CODES_A_DAY);
  return Math.min(codes, quarter) + others >= perDay * weightOf(kind);
}

function countOf(had: MailsOfDay, isCounted: (kind: NotificationKind) => boolean): number {
  const kinds = Object.entries(had) as [NotificationKind, number][];
  return kinds.reduce((sum, [kind, mails]) => sum + (isCounted(kind) ? mails : 0), 0);
}

function takesOver(kind: NotificationKind): boolean {
  return kind === 'password_reset' || kind === 'invitation';
}

function isNotice(kind: NotificationKind): boolean {
  return (NOTICE_KINDS as readonly NotificationKind[]).includes(kind);
}

function isAboutBooking(kind: NotificationKind): boolean {
  return (BOOKING_KINDS as readonly NotificationKind[]).includes(kind);
}

function isCode(kind: NotificationKind): boolean {
  return (ACCOUNT_KINDS as readonly NotificationKind[]).includes(kind);
}

/** How often the budget a kind may fill. */
function weightOf(kind: NotificationKind): number {
  if (kind === 'booked' || kind === 'moved') return 1;
  return isNotice(kind) ? 3 : 2;
}

export const BUDGET_SPENT = 'the address has had its mails of the day';

/** What decides whether the owner of an address wants a mail. */
export interface Refusable {
  readonly kind: NotificationKind;
  readonly isRefused: boolean;
  readonly isConfirmed: boolean;
}

/**
 * Why an address should get no mail. After its owner has said that the account is not theirs, only a code for a new
 * password still goes there, which is mailed to nobody but who asks for it: using it is how the owner comes back.
 */
export function unwantedReason({ kind, isRefused, isConfirmed }: Refusable): string | undefined {
  if (!isRefused || isConfirmed || kind === 'password_reset') return undefined;
  return 'the owner of the address wants no mails';
}
