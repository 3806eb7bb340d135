import type { ISendMailOptions } from '@nestjs-modules/mailer';
import type { WorkerEnvironment } from '../config/worker.environment.js';
import { Keys } from '../config/keys.js';
import { readAddress, shownAddress } from '../config/mail-address.js';
import { type ConfirmationKind, isReminder } from '../outbox/notification-kind.js';
import { renderCalendar } from './calendar/calendar.js';
import type { EarlierTime } from './emails/earlier-time.js';
import { renderEmail } from './emails/email.js';
import { addressTokenOf } from '../auth/accounts/address-token.js';
import { linkTokenOf } from '../auth/accounts/link-token.js';
import { renderLinkEmail } from './emails/link-email.js';
import { renderNotice } from './emails/notice.js';
import type {
  BaseNotificationRow,
  BookingNotificationRow,
  LinkNotificationRow,
  NotificationRow,
} from './notification.reader.js';

/** Suppresses automatic replies: RFC 3834, and the header that Exchange honours. */
const IS_ASCII = /^[\0-\x7f]*$/;

const NO_AUTO_REPLY = { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' };

/** Renders the mail of a notification: the email, and for news of a booking its calendar entry. Pure. */
export function mailOf(notification: NotificationRow, environment: WorkerEnvironment): ISendMailOptions {
  return {
    to: { name: '', address: asciiDomain(notification.email) },
    messageId: notification.message_id,
    headers: NO_AUTO_REPLY,
    ...contentOf(notification, environment),
  };
}

/** An address with its domain in ASCII, so that the mail's headers and its calendar entry spell it alike. */
function asciiDomain(address: string): string {
  return IS_ASCII.test(address) ? address : (readAddress(address) ?? address);
}

function contentOf(notification: NotificationRow, environment: WorkerEnvironment): ISendMailOptions {
  if ('link_uid' in notification) return withLink(notification, environment);
  if ('booking_id' in notification) return aboutBooking(notification, environment);
  return renderNotice({
    kind: notification.kind,
    ...commonFacts(notification, environment),
    happenedAt: notification.created_at.getTime(),
    role: notification.role,
    subjectEmail: notification.subject_email && shownAddress(notification.subject_email),
  });
}

/** The facts that every email needs. */
function commonFacts(
  { locale, email, account_id, is_confirmed }: BaseNotificationRow,
  environment: WorkerEnvironment,
) {
  const { CLINIC_NAME, CLINIC_TIMEZONE, CLINIC_ADDRESS, CLINIC_PHONE, FRONT_END_URL } = environment;
  return {
    locale,
    clinicName: CLINIC_NAME,
    clinicTimezone: CLINIC_TIMEZONE,
    clinicAddress: CLINIC_ADDRESS,
    clinicPhone: CLINIC_PHONE,
    ...(!is_confirmed && {
      unconfirmed: {
        notMeCode: addressTokenOf(email, account_id, new Keys(environment).current),
        frontEndUrl: FRONT_END_URL,
      },
    }),
  };
}

function withLink(notification: LinkNotificationRow, environment: WorkerEnvironment): ISendMailOptions {
  return renderLinkEmail({
    kind: notification.kind,
    ...commonFacts(notification, environment),
    code: linkTokenOf(notification.link_uid, notification.kind, new Keys(environment).current),
    expiresAt: notification.expires_at.getTime(),
    frontEndUrl: environment.FRONT_END_URL,
  });
}

function aboutBooking(
  notification: BookingNotificationRow,
  environment: WorkerEnvironment,
): ISendMailOptions {
  const facts = {
    ...commonFacts(notification, environment),
    doctorName: notification.doctor_name,
    specialty: notification.specialty,
    doctorTimezone: notification.doctor_timezone,
    startsAt: notification.starts_at.getTime(),
    durationMinutes: notification.duration_minutes,
    bookingId: notification.booking_id,
  };
  const { kind } = notification;
  return {
    ...renderEmail({
      ...facts,
      kind,
      earlier: earlierOf(notification),
      isDiscreet: environment.CLINIC_DISCREET_SUBJECTS,
    }),
    ...(!isReminder(kind) && { icalEvent: calendarPart(kind, facts, notification, environment) }),
  };
}

function earlierOf({
  announced_starts_at,
  announced_duration_minutes,
}: BookingNotificationRow): EarlierTime | undefined {
  if (announced_starts_at === null || announced_duration_minutes === null) return undefined;
  return { startsAt: announced_starts_at.getTime(), durationMinutes: announced_duration_minutes };
}

type Facts = Omit<Parameters<typeof renderEmail>[0], 'kind'>;

function calendarPart(
  kind: ConfirmationKind,
  facts: Facts,
  notification: BookingNotificationRow,
  environment: WorkerEnvironment,
): ISendMailOptions['icalEvent'] {
  const { method, content } = renderCalendar({
    ...facts,
    kind,
    uid: `${notification.uid}@clinica`,
    sequence: notification.booking_version - 1,
    stampedAt: notification.created_at.getTime(),
    organizerEmail: asciiDomain(/<([^>]+)>/.exec(environment.MAIL_FROM)![1]!),
    attendeeEmail: asciiDomain(notification.email),
  });
  return { method, content, filename: 'appointment.ics' };
}
