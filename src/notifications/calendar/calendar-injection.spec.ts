import fc from 'fast-check';
import { expect, test } from 'vitest';
import { facts, KINDS, read } from '../../../test/support/rendered-calendar.js';
import { LOCALES } from '../../config/locale.js';
import { renderEmail } from '../emails/email.js';
import { renderCalendar } from './calendar.js';

const hostile = [
  '\r\nATTENDEE:mailto:eve@example.org',
  '\nEND:VEVENT',
  '\r',
  '\0',
  '\\n',
  '\\',
  ';',
  ',',
  ':',
  '"',
  '";X-EVIL="1',
  '^n',
  "^'",
  '\u2028',
  '\u0085',
  '\uD83D',
  '👩🏽‍⚕️',
  'ñandú',
  '漢字',
  ' ',
];
const hostileName = fc
  .array(fc.oneof(fc.constantFrom(...hostile), fc.string({ unit: 'binary', maxLength: 30 })), {
    maxLength: 8,
  })
  .map((parts) => parts.join(''));

/** The names of properties and parameters in order, which must not depend on what people's names contain. */
function shapeOf(content: string): string[] {
  const { calendar, entry } = read(content);
  return [calendar, entry].flatMap((component) =>
    component.getAllProperties().map((property) => {
      const parameters = Object.keys((property.toJSON() as [string, Record<string, unknown>])[1]);
      return [property.name, ...parameters].join(';');
    }),
  );
}

test('semicolons, commas, backslashes and quotes in a name arrive unchanged', () => {
  const doctorName = 'Ruiz; Ana, "Dr." \\n C:\\temp 👩🏽‍⚕️';
  const { event } = read(renderCalendar({ ...facts, doctorName }).content);
  expect(event.summary).toBe(`Appointment with ${doctorName}`);
  expect(event.description).toContain(`Doctor: ${doctorName}\n`);
});

test('a quotation mark in the clinic’s name ends no parameter', () => {
  const clinicName = 'Ana";X-EVIL=1:mailto:eve@example.org';
  const { content } = renderCalendar({ ...facts, clinicName });
  expect(shapeOf(content)).toEqual(shapeOf(renderCalendar(facts).content));
  const organizer = read(content).entry.getFirstProperty('organizer')!;
  expect(organizer.getFirstValue()).toBe('mailto:appointments@clinic.example');
});

test('an address is written as a URI, in which nothing can begin a parameter or a property', () => {
  const address = 'a;b,c"d\r\n\0X-EVIL:1@example.org';
  const { content } = renderCalendar({ ...facts, attendeeEmail: address, organizerEmail: address });
  expect(shapeOf(content)).toEqual(shapeOf(renderCalendar(facts).content));
  const { value } = read(content);
  const uri = 'mailto:a%3bb%2cc%22d%20x-evil%3a1@example.org';
  expect([value('attendee').toLowerCase(), value('organizer').toLowerCase()]).toEqual([uri, uri]);
});

test('a clinic whose name is only line breaks is named by its address', () => {
  const { entry } = read(renderCalendar({ ...facts, clinicName: '\r\n' }).content);
  expect(entry.getFirstProperty('organizer')!.getParameter('cn')).toBe('appointments@clinic.example');
});

test('no name adds a property or a parameter, breaks a line over 75 octets or splits a character', () => {
  const anyFile = fc.record({ locale: fc.constantFrom(...LOCALES), kind: fc.constantFrom(...KINDS) });
  fc.assert(
    fc.property(anyFile, hostileName, hostileName, hostileName, (file, doctor, clinic, specialty) => {
      const plain = renderCalendar({ ...facts, ...file });
      const named = { ...facts, ...file, doctorName: doctor, clinicName: `${clinic}x`, specialty };
      const { content } = renderCalendar(named);
      expect(shapeOf(content)).toEqual(shapeOf(plain.content));
      expect(content.endsWith('END:VCALENDAR\r\n')).toBe(true);
      const lines = content.split('\r\n');
      expect(Math.max(...lines.map((line) => Buffer.byteLength(line)))).toBeLessThanOrEqual(75);
      expect(lines.join('')).not.toMatch(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u);
    }),
    { numRuns: 200 },
  );
});

test('a long name with emoji is folded between characters and parsed back whole', () => {
  const doctorName = 'Dr. ' + '🩺👩🏽‍⚕️ñ漢'.repeat(40);
  const { content } = renderCalendar({ ...facts, doctorName });
  expect(content).not.toContain('\uFFFD');
  expect(read(content).event.summary).toBe(`Appointment with ${doctorName}`);
});

test('the title has the doctor’s name as in the email', () => {
  fc.assert(
    fc.property(hostileName, (doctorName) => {
      const { subject } = renderEmail({ ...facts, doctorName });
      const name = /^Appointment confirmed: (.*), Mon 7 Dec 2026, 10:00 \(Europe\/Madrid\)$/u.exec(
        subject,
      )![1]!;
      expect(read(renderCalendar({ ...facts, doctorName }).content).event.summary).toBe(
        `Appointment with ${name}`,
      );
    }),
    { numRuns: 100 },
  );
});
