import type { ISendMailOptions } from '@nestjs-modules/mailer';
import type { WorkerEnvironment } from '../config/worker.environment.js';
import { Keys } from '../config/keys.js';
import { readAddress, shownAddress } from '../config/mail-address.js';
import { type CalendarKind, writeCalendar } from './calendar/calendar.js';
import type { EarlierTime } from './letter/earlier-time.js';
import { writeLetter } from './letter/letter.js';
import { addressTokenOf } from '../auth/accounts/address-token.js';
import { linkTokenOf } from '../auth/accounts/link-token.js';
import { writeAccountLetter } from './letter/account-letter.js';
import { writeNotice } from './letter/notice.js';
import type { Addressed, BookingMessage, LinkMessageRow, MessageRow } from './message.reader.js';

/** So that no machine answers: RFC 3834, and what Exchange heeds. */
const NO_ANSWERS = { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' };

/** The mail that a message becomes: letter, and for news of a booking the calendar entry too. Pure. */
export function mailOf(message: MessageRow, environment: WorkerEnvironment): ISendMailOptions {
  return {
    to: { name: '', address: spelled(message.email) },
    messageId: message.message_id,
    headers: NO_ANSWERS,
    ...contentOf(message, environment),
  };
}

/** An address as the headers of a mail and its calendar entry alike spell it: with the domain in ASCII. */
function spelled(address: string): string {
  return readAddress(address) ?? address;
}

function contentOf(message: MessageRow, environment: WorkerEnvironment): ISendMailOptions {
  if ('link_uid' in message) return withLink(message, environment);
  if ('booking_id' in message) return aboutBooking(message, environment);
  return writeNotice({
    kind: message.kind,
    ...commonFacts(message, environment),
    happenedAt: message.created_at.getTime(),
    role: message.role,
    subjectEmail: message.subject_email && shownAddress(message.subject_email),
  });
}

/** What every letter is made of. */
function commonFacts({ locale, email, account_id, is_confirmed }: Addressed, environment: WorkerEnvironment) {
  const { CLINIC_NAME, CLINIC_TIMEZONE, CLINIC_ADDRESS, CLINIC_PHONE, FRONT_END_URL } = environment;
  const unconfirmed = {
    notMeCode: addressTokenOf(email, account_id, new Keys(environment).present),
    frontEndUrl: FRONT_END_URL,
  };
  return {
    locale,
    clinicName: CLINIC_NAME,
    clinicTimezone: CLINIC_TIMEZONE,
    clinicAddress: CLINIC_ADDRESS,
    clinicPhone: CLINIC_PHONE,
    ...(!is_confirmed && { unconfirmed }),
  };
}

function withLink(message: LinkMessageRow, environment: WorkerEnvironment): ISendMailOptions {
  return writeAccountLetter({
    kind: message.kind,
    ...commonFacts(message, environment),
    code: linkTokenOf(message.link_uid, message.kind, new Keys(environment).present),
    expiresAt: message.expires_at.getTime(),
    frontEndUrl: environment.FRONT_END_URL,
  });
}

function aboutBooking(message: BookingMessage, environment: WorkerEnvironment): ISendMailOptions {
  const facts = {
    ...commonFacts(message, environment),
    doctorName: message.doctor_name,
    specialty: message.specialty,
    doctorTimezone: message.doctor_timezone,
    startsAt: message.starts_at.getTime(),
    durationMinutes: message.duration_minutes,
    bookingId: message.booking_id,
  };
  const { kind } = message;
  const news = kind === 'reminder_24h' || kind === 'reminder_1h' ? undefined : kind;
  return {
    ...writeLetter({
      ...facts,
      kind,
      earlier: earlierOf(message),
      isDiscreet: environment.CLINIC_DISCREET_SUBJECTS,
    }),
    ...(news && { icalEvent: calendarPart(news, facts, message, environment) }),
  };
}

function earlierOf({ told_starts_at, told_duration_minutes }: BookingMessage): EarlierTime | undefined {
  if (told_starts_at === null || told_duration_minutes === null) return undefined;
  return { startsAt: told_starts_at.getTime(), durationMinutes: told_duration_minutes };
}

type Facts = Omit<Parameters<typeof writeLetter>[0], 'kind'>;

function calendarPart(
  kind: CalendarKind,
  facts: Facts,
  message: BookingMessage,
  environment: WorkerEnvironment,
): ISendMailOptions['icalEvent'] {
  const { method, content } = writeCalendar({
    ...facts,
    kind,
    uid: `${message.uid}@clinica`,
    sequence: message.booking_version - 1,
    stampedAt: message.created_at.getTime(),
    organizerEmail: spelled(/<([^>]+)>/.exec(environment.MAIL_FROM)![1]!),
    attendeeEmail: spelled(message.email),
  });
  return { method, content, filename: 'appointment.ics' };
}
