import fc from 'fast-check';
import { expect, test } from 'vitest';
import { facts, KINDS, read } from '../../../test/support/rendered-calendar.js';
import { renderEmail } from '../emails/email.js';
import { renderCalendar } from './calendar.js';

const anyInstant = fc
  .date({ min: new Date('2026-01-01'), max: new Date('2036-01-01'), noInvalidDate: true })
  .map((date) => Math.floor(date.getTime() / 60_000) * 60_000);

test.each([
  ['booked', 'REQUEST', 'CONFIRMED'],
  ['moved', 'REQUEST', 'CONFIRMED'],
  ['cancelled', 'CANCEL', 'CANCELLED'],
] as const)('%s is a %s with the status %s', (kind, method, status) => {
  const file = renderCalendar({ ...facts, kind });
  const { calendar, value } = read(file.content);
  expect(file.method).toBe(method);
  expect(calendar.getFirstPropertyValue('method')).toBe(method);
  expect(calendar.getFirstPropertyValue('version')).toBe('2.0');
  expect(value('status')).toBe(status);
});

test('a booking keeps its UID through its life, and each change has its own SEQUENCE', () => {
  const life = KINDS.map((kind, sequence) => read(renderCalendar({ ...facts, kind, sequence }).content));
  expect(life.map(({ event }) => event.uid)).toEqual([facts.uid, facts.uid, facts.uid]);
  expect(life.map(({ event }) => event.sequence)).toEqual([0, 1, 2]);
});

test('there is one event, and start, end and stamp are in UTC', () => {
  const { components, entry } = read(renderCalendar(facts).content);
  expect(components.map(({ name }) => name)).toEqual(['vevent']);
  const times = ['dtstart', 'dtend', 'dtstamp'].map((name) => entry.getFirstProperty(name)!);
  expect(times.map((time) => time.getParameter('tzid'))).toEqual([undefined, undefined, undefined]);
  expect(times.map((time) => String(time.getFirstValue()))).toEqual([
    '2026-12-07T09:00:00Z',
    '2026-12-07T09:30:00Z',
    '2026-11-20T08:15:30Z',
  ]);
});

test('the patient has accepted already and is not asked to answer; the organizer is the clinic', () => {
  const { entry } = read(renderCalendar(facts).content);
  const attendees = entry.getAllProperties('attendee');
  expect(attendees).toHaveLength(1);
  expect(String(attendees[0]!.getFirstValue()).toLowerCase()).toBe('mailto:pat+clinic@example.org');
  expect(attendees[0]!.getParameter('partstat')).toBe('ACCEPTED');
  expect(attendees[0]!.getParameter('rsvp')).toBe('FALSE');
  const organizer = entry.getFirstProperty('organizer')!;
  expect(organizer.getFirstValue()).toBe('mailto:appointments@clinic.example');
  expect(organizer.getParameter('cn')).toBe('San Gabriel Clinic');
});

test('in a shared calendar the entry is private, and its title does not name the specialty', () => {
  const { event, value } = read(renderCalendar({ ...facts, specialty: 'Oncology' }).content);
  expect(value('class')).toBe('PRIVATE');
  expect(event.summary).toBe('Appointment with Dr. Ana Ruiz');
});

test.each([
  ['en', 'Appointment with Dr. Ana Ruiz', 'Date: Monday, 7 December 2026'],
  ['es', 'Cita: Dr. Ana Ruiz', 'Fecha: lunes, 7 de diciembre de 2026'],
] as const)('title and description are in the recipient’s language: %s', (locale, title, line) => {
  const { event } = read(renderCalendar({ ...facts, locale }).content);
  expect(event.summary).toBe(title);
  expect(event.description.split('\n')).toContain(line);
  expect(event.location).toBe('San Gabriel Clinic');
});

test.each([
  ['Europe/Madrid', '2026-03-29T01:00:00Z', '03:00', 'GMT+2'],
  ['Europe/Madrid', '2026-10-25T00:30:00Z', '02:30', 'GMT+2'],
  ['Europe/Madrid', '2026-10-25T01:30:00Z', '02:30', 'GMT+1'],
  ['America/New_York', '2026-03-08T07:00:00Z', '03:00', 'GMT-4'],
  ['America/New_York', '2026-11-01T06:30:00Z', '01:30', 'GMT-5'],
  ['America/Santiago', '2026-09-06T04:00:00Z', '01:00', 'GMT-3'],
  ['America/Santiago', '2026-04-05T03:30:00Z', '23:30', 'GMT-4'],
  ['Australia/Lord_Howe', '2026-10-03T15:30:00Z', '02:30', 'GMT+11'],
  ['Australia/Lord_Howe', '2026-04-04T15:15:00Z', '01:45', 'GMT+10:30'],
])('subject, text, HTML and calendar give one instant: %s at %s', (zone, instant, clock, offset) => {
  const startsAt = Date.parse(instant);
  const here = { ...facts, clinicTimezone: zone, doctorTimezone: zone, startsAt };
  const { subject, text, html } = renderEmail(here);
  const { event } = read(renderCalendar(here).content);
  expect(event.startDate.toJSDate().getTime()).toBe(startsAt);
  expect(subject).toContain(`${clock} (${zone}`);
  for (const content of [text, html, event.description])
    expect(content).toContain(`${clock} (${zone}, ${offset})`);
});

test('start and end are the given instants, and durations are elapsed time across clock changes', () => {
  const zones = ['Europe/Madrid', 'America/New_York', 'America/Santiago', 'Australia/Lord_Howe'];
  fc.assert(
    fc.property(
      anyInstant,
      fc.integer({ min: 1, max: 480 }),
      fc.constantFrom(...zones),
      (startsAt, durationMinutes, clinicTimezone) => {
        const { event } = read(
          renderCalendar({ ...facts, startsAt, durationMinutes, clinicTimezone }).content,
        );
        expect(event.startDate.toJSDate().getTime()).toBe(startsAt);
        expect(event.endDate.toJSDate().getTime()).toBe(startsAt + durationMinutes * 60_000);
      },
    ),
    { numRuns: 60 },
  );
});
