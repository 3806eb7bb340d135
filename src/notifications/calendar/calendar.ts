import {
  default as ical,
  ICalAttendeeRole,
  ICalAttendeeStatus,
  ICalCalendarMethod,
  ICalEventClass,
  type ICalEventData,
  ICalEventStatus,
} from 'ical-generator';
import type { NotificationKind } from '../../outbox/notification-kind.js';
import type { EpochMs } from '../../time/interval.js';
import { type AppointmentFacts, detailsOf, withPlainNames } from '../letter/appointment.js';
import type { Catalogue } from '../letter/catalogue.js';
import { CATALOGUES } from '../letter/catalogues.js';
import { plainLine } from '../letter/plain-line.js';

const MINUTE_MS = 60_000;

/** The letters that carry a calendar file. */
export type CalendarKind = Extract<NotificationKind, 'booked' | 'moved' | 'cancelled'>;

/** What a calendar entry is made of: what the letter tells, and what lets a calendar follow the changes. */
export interface CalendarFacts extends AppointmentFacts {
  readonly kind: CalendarKind;
  /** Names the entry: one and the same for a booking's whole life. */
  readonly uid: string;
  /** From 0, higher with each change: calendars ignore what is older than what they have. */
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
 * Writes the calendar entry of one appointment, all its times in UTC: a request that adds or updates it, or, when
 * the appointment is cancelled, the message that removes it.
 * @throws RangeError when a time zone is unknown or the start is no time.
 */
export function writeCalendar(facts: CalendarFacts): CalendarFile {
  const method = facts.kind === 'cancelled' ? ICalCalendarMethod.CANCEL : ICalCalendarMethod.REQUEST;
  const catalogue = CATALOGUES[facts.locale];
  const calendar = ical({ prodId: { company: 'Clinica', product: 'Appointments' }, method });
  calendar.createEvent(entryOf(withPlainNames(facts), catalogue));
  // The library leaves out the line break that RFC 5545 wants after the last line too.
  return { method, content: `${calendar.toString()}\r\n` };
}

function entryOf(facts: CalendarFacts, catalogue: Catalogue): ICalEventData {
  return {
    id: plainLine(facts.uid),
    sequence: facts.sequence,
    stamp: new Date(facts.stampedAt),
    start: new Date(facts.startsAt),
    end: new Date(facts.startsAt + facts.durationMinutes * MINUTE_MS),
    summary: catalogue.calendarTitle(facts.doctorName),
    description: describe(facts, catalogue),
    location: facts.clinicName,
    organizer: {
      name: parameterText(facts.clinicName) || facts.organizerEmail,
      email: mailtoPath(facts.organizerEmail),
    },
    attendees: [attendeeOf(facts)],
    status: facts.kind === 'cancelled' ? ICalEventStatus.CANCELLED : ICalEventStatus.CONFIRMED,
    // Calendars are shared with families and colleagues; whom somebody sees at a clinic is nobody else's business.
    class: ICalEventClass.PRIVATE,
  };
}

/** The patient has agreed by booking: no calendar should ask again, or mail an answer to the clinic. */
function attendeeOf({ attendeeEmail }: CalendarFacts) {
  return {
    email: mailtoPath(attendeeEmail),
    role: ICalAttendeeRole.REQ,
    status: ICalAttendeeStatus.ACCEPTED,
    rsvp: false,
  };
}

function describe(facts: CalendarFacts, catalogue: Catalogue): string {
  const details = detailsOf(facts, catalogue).map(({ label, value }) => `${label}: ${value}`);
  const note = facts.kind === 'cancelled' ? catalogue.kinds.cancelled.heading : catalogue.calendarNote;
  return [...details, '', note].join('\n');
}

/**
 * Text for a quoted parameter. RFC 5545 has no way to write a quotation mark there, the library's backslash ends
 * the quotation all the same, and readers of RFC 6868 take `^n` for a line break: those characters give way.
 */
function parameterText(line: string): string {
  return line.replace(/"/g, '’').replace(/[\\^]/g, ' ');
}

/** The address as RFC 6068 wants it in a URI, so that nothing in it can end the value or begin a parameter. */
function mailtoPath(email: string): string {
  return encodeURIComponent(plainLine(email)).replaceAll('%40', '@').replaceAll('%2B', '+');
}
