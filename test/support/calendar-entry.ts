import ICAL from 'ical.js';
import type { ReceivedMail } from './mailbox.js';

/** The calendar entry of an email, as an independent parser reads it. */
export type CalendarEntry = {
  method: unknown;
  /** The method according to the part's Content-Type. */
  methodOfPart: string | undefined;
  uid: string;
  sequence: number;
  status: unknown;
  /** ISO 8601 in UTC. */
  start: string;
  end: string;
  summary: string;
  description: string;
  organizer: string;
  attendees: unknown[];
};

/** The calendar entry of an email. @throws unless there is exactly one and it parses */
export function calendarEntryOf({ mail }: ReceivedMail): CalendarEntry {
  const parts = mail.attachments.filter(({ mimeType }) => mimeType === 'text/calendar');
  if (parts.length !== 1) throw new Error(`${parts.length} calendar parts`);
  const { content, method } = parts[0]!;
  const text = typeof content === 'string' ? content : new TextDecoder().decode(content);
  const calendar = ICAL.Component.fromString(text);
  const events = calendar.getAllSubcomponents('vevent');
  if (events.length !== 1) throw new Error(`${events.length} events`);
  const component = events[0]!;
  const event = new ICAL.Event(component);
  for (const time of [event.startDate, event.endDate]) {
    if (time.zone.tzid !== 'UTC') throw new Error(`${time.toString()} is not in UTC`);
  }
  return {
    method: calendar.getFirstPropertyValue('method'),
    methodOfPart: method,
    uid: event.uid,
    sequence: event.sequence,
    status: component.getFirstPropertyValue('status'),
    start: event.startDate.toJSDate().toISOString(),
    end: event.endDate.toJSDate().toISOString(),
    summary: event.summary,
    description: event.description,
    organizer: event.organizer,
    attendees: event.attendees.map((attendee) => attendee.getFirstValue()),
  };
}
