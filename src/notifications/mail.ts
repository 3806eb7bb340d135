import type { ISendMailOptions } from '@nestjs-modules/mailer';
import type { WorkerEnvironment } from '../config/worker.environment.js';
import { Keys } from '../config/keys.js';
import { readAddress, shownAddress } from '../config/mail-address.js';
import { type ConfirmationKind, isReminder } from '../outbox/notification-kind.js';
import { renderCalendar } from './calendar/calendar.js';
import type { EarlierTime } from './emails/earlier-time.js';
import { type EmailFacts, renderEmail } from './emails/email.js';
import { isDesk, type Role } from '../auth/role.js';
import { linkTokenOf } from '../auth/accounts/link-token.js';
import { renderLinkEmail } from './emails/link-email.js';
import { renderNotice } from './emails/notice.js';
import { unconfirmedFacts } from './unconfirmed-facts.js';
import { personName } from './emails/person-name.js';
import type { Addressed, BookingNotificationRow, LinkNotificationRow } from './notification-row.js';

const IS_ASCII = /^[\0-\x7f]*$/;

/** The role of a cancellation by the patient. */
const PATIENT_ROLE: Role = 'user';

/** Suppresses automatic replies: RFC 3834, and the header that Exchange honours. */
const NO_AUTO_REPLY = { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' };

/** Renders the mail of a notification: the email, and for news of a booking its calendar entry. Pure. */
export function mailOf(notification: Addressed, environment: WorkerEnvironment): ISendMailOptions {
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

function contentOf(notification: Addressed, environment: WorkerEnvironment): ISendMailOptions {
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
function commonFacts(notification: Addressed, environment: WorkerEnvironment) {
  const { locale, clinic_name, clinic_address, clinic_phone, is_confirmed } = notification;
  return {
    locale: locale ?? environment.DEFAULT_LOCALE,
    clinicName: clinic_name ?? environment.CLINIC_NAME,
    clinicTimezone: environment.CLINIC_TIMEZONE,
    clinicAddress: clinic_address ?? environment.CLINIC_ADDRESS,
    clinicPhone: clinic_phone ?? environment.CLINIC_PHONE,
    ...(!is_confirmed && { unconfirmed: unconfirmedFacts(notification, environment) }),
  };
}

function withLink(
  notification: Addressed<LinkNotificationRow>,
  environment: WorkerEnvironment,
): ISendMailOptions {
  return renderLinkEmail({
    kind: notification.kind,
    ...commonFacts(notification, environment),
    code: linkTokenOf(notification.link_uid, notification.kind, new Keys(environment).current),
    expiresAt: notification.expires_at.getTime(),
    frontEndUrl: environment.FRONT_END_URL,
  });
}

function aboutBooking(
  notification: Addressed<BookingNotificationRow>,
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
      ...peopleOf(notification),
      earlier: earlierOf(notification),
      earlierDoctor: notification.announced_doctor_name ?? undefined,
      cancelledByClinic: cancelledByClinic(notification),
      isBookedByClinic: isDesk(notification.booked_by_role),
      isDiscreet: environment.CLINIC_DISCREET_SUBJECTS,
    }),
    ...(!isReminder(kind) && { icalEvent: calendarPart(kind, facts, notification, environment) }),
  };
}

/** Who is greeted, and who is the patient if that is somebody else. */
function peopleOf({ recipient, dependant, is_confirmed, account_id }: BookingNotificationRow) {
  // An unconfirmed address may belong to somebody else than the owner of the account, who chose the names.
  const isTrusted = is_confirmed === 1 || account_id === null;
  return {
    recipientName: personName(recipient, isTrusted),
    dependant: dependant && { name: personName(dependant, isTrusted) },
  };
}

/** What the email of a cancellation says of the clinic; a patient's own reason is not repeated. */
function cancelledByClinic({
  cancelled_by_role,
  cancel_reason,
}: BookingNotificationRow): EmailFacts['cancelledByClinic'] {
  return cancelled_by_role === null || cancelled_by_role === PATIENT_ROLE
    ? undefined
    : { reason: cancel_reason };
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
  notification: Addressed<BookingNotificationRow>,
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
