import { CONFIRMATION_KINDS } from '../../src/outbox/notification-kind.js';
import ICAL from 'ical.js';
import type { CalendarFacts } from '../../src/notifications/calendar/calendar.js';

export const KINDS = CONFIRMATION_KINDS;

/** The entry of a new booking of a clinic and a doctor in one time zone. */
export const facts: CalendarFacts = {
  kind: 'booked',
  locale: 'en',
  clinicName: 'San Gabriel Clinic',
  clinicTimezone: 'Europe/Madrid',
  doctorName: 'Dr. Ana Ruiz',
  specialty: 'Cardiology',
  doctorTimezone: 'Europe/Madrid',
  startsAt: Date.parse('2026-12-07T09:00:00Z'),
  durationMinutes: 30,
  bookingId: 1042,
  uid: '5f0c1b52-6f1e-4c53-9a4e-0a8f3f4f7a11@clinica',
  sequence: 0,
  stampedAt: Date.parse('2026-11-20T08:15:30Z'),
  organizerEmail: 'appointments@clinic.example',
  attendeeEmail: 'pat+clinic@example.org',
};

/** Parses the file with an independent parser. */
export function read(content: string) {
  const calendar = new ICAL.Component(ICAL.parse(content) as unknown[]);
  const components = calendar.getAllSubcomponents();
  const entry = calendar.getFirstSubcomponent('vevent')!;
  const event = new ICAL.Event(entry);
  const value = (name: string) => String(entry.getFirstPropertyValue(name));
  return { calendar, components, entry, event, value };
}
