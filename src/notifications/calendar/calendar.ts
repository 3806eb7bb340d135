import type { ConfirmationKind } from '../../outbox/notification-kind.js';
import type { EpochMs } from '../../time/interval.js';
import { type AppointmentFacts, detailsOf, withPlainNames } from '../emails/appointment.js';
import { BOOKING_TEXTS } from '../emails/booking-texts.js';
import { contactOf } from '../emails/clinic-contact.js';
import type { Catalogue } from '../emails/catalogue.js';
import { CATALOGUES } from '../emails/catalogues.js';
import { plainLine } from '../emails/plain-line.js';
import { contentLines, type Property, textValue, utcValue } from './content-line.js';

const MINUTE_MS = 60_000;

/** The facts of a calendar entry: those of the email, and those by which calendars match and order its versions. */
export interface CalendarFacts extends AppointmentFacts {
  readonly kind: ConfirmationKind;
  /** Identifies the entry; never changes during a booking's life. */
  readonly uid: string;
  /** From 0, higher with each change: calendars ignore a lower one than they have. */
  readonly sequence: number;
  /** When this state of the booking was written. */
  readonly stampedAt: EpochMs;
  /** Bare address, `mail@clinic.example`; the organizer's name is the clinic's. */
  readonly organizerEmail: string;
  /** The patient's bare address. */
  readonly attendeeEmail: string;
}

/** An iCalendar object (RFC 5545, RFC 5546). The mail must name `method` in the part's Content-Type too. */
export interface CalendarFile {
  readonly method: 'REQUEST' | 'CANCEL';
  readonly content: string;
}

/**
 * Renders the calendar entry of an appointment, with all times in UTC: a request that adds or updates the entry, or a
 * cancellation that removes it.
 *
 * @throws RangeError if a time zone is unknown or the start is not a valid time.
 */
export function renderCalendar(facts: CalendarFacts): CalendarFile {
  const method = facts.kind === 'cancelled' ? 'CANCEL' : 'REQUEST';
  const content = contentLines([
    ['BEGIN', 'VCALENDAR'],
    ['VERSION', '2.0'],
    ['PRODID', '-//Clinica//Appointments//EN'],
    ['METHOD', method],
    ['BEGIN', 'VEVENT'],
    ...entryOf(withPlainNames(facts), CATALOGUES[facts.locale]),
    ['END', 'VEVENT'],
    ['END', 'VCALENDAR'],
  ]);
  return { method, content };
}

function entryOf(facts: CalendarFacts, catalogue: Catalogue): Property[] {
  const organizer = parameterText(facts.clinicName) || facts.organizerEmail;
  return [
    ['UID', textValue(plainLine(facts.uid))],
    ['SEQUENCE', String(facts.sequence)],
    ['DTSTAMP', utcValue(facts.stampedAt)],
    ['DTSTART', utcValue(facts.startsAt)],
    ['DTEND', utcValue(facts.startsAt + facts.durationMinutes * MINUTE_MS)],
    ['SUMMARY', textValue(catalogue.calendarTitle(facts.doctorName))],
    ['LOCATION', textValue([facts.clinicName, contactOf(facts).address].filter(Boolean).join(', '))],
    ['DESCRIPTION', textValue(describe(facts, catalogue))],
    [`ORGANIZER;CN="${organizer}"`, `mailto:${mailtoPath(facts.organizerEmail)}`],
    // Booking was the patient's consent: calendars should not ask again, or mail a reply to the clinic.
    [
      'ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED;RSVP=FALSE',
      `mailto:${mailtoPath(facts.attendeeEmail)}`,
    ],
    ['STATUS', facts.kind === 'cancelled' ? 'CANCELLED' : 'CONFIRMED'],
    // Calendars are shared with families and colleagues, who must not see which doctor a patient visits.
    ['CLASS', 'PRIVATE'],
  ];
}

function describe(facts: CalendarFacts, catalogue: Catalogue): string {
  const details = detailsOf(facts, catalogue).map(({ label, value }) => `${label}: ${value}`);
  const note =
    facts.kind === 'cancelled' ? BOOKING_TEXTS[facts.locale].cancelled.heading : catalogue.calendarNote;
  return [...details, '', note].join('\n');
}

/**
 * Text for a quoted parameter. Replaces a quotation mark, which RFC 5545 cannot express there; a backslash, which some
 * parsers take for an escape; and a caret, because RFC 6868 reads `^n` as a line break.
 */
function parameterText(line: string): string {
  return line.replace(/"/g, '’').replace(/[\\^]/g, ' ');
}

/** The address encoded for a URI (RFC 6068): nothing in it can end the value or begin a parameter. */
function mailtoPath(email: string): string {
  return encodeURIComponent(plainLine(email)).replaceAll('%40', '@').replaceAll('%2B', '+');
}
