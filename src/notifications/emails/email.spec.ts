import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { LOCALES } from '../../config/locale.js';
import { BOOKING_KINDS } from '../../outbox/notification-kind.js';
import { type EmailFacts, renderEmail } from './email.js';

const facts: EmailFacts = {
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
};

const EVERY_EMAIL = LOCALES.flatMap((locale) => BOOKING_KINDS.map((kind) => ({ locale, kind })));
const anyEmail = fc.constantFrom(...EVERY_EMAIL);

const hostile = [
  '\r\nBcc: everyone@example.org',
  '\n',
  '\r',
  '\0',
  '\u0085',
  '\u2028',
  '\u2029',
  '\u202E',
  '\uD83D',
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  '{{subject}}',
  '{{{this}}}',
  '&amp;',
  "'",
  '🩺',
  'ñ',
  ' ',
];
const hostileName = fc
  .array(fc.oneof(fc.constantFrom(...hostile), fc.string({ unit: 'binary', maxLength: 8 })), { maxLength: 6 })
  .map((parts) => parts.join(''));

/** The visible text of a page: without head, tags and entities. */
function visible(html: string): string {
  const entities: Record<string, string> = {
    amp: '&',
    lt: '<',
    gt: '>',
    quot: '"',
    '#x27': "'",
    '#x3D': '=',
  };
  return html
    .replace(/<head>[\s\S]*<\/head>|<[^>]*>/g, ' ')
    .replace(/&([^;]+);/g, (whole, name: string) => entities[name] ?? whole);
}

function tagsOf(html: string): string[] {
  return html.match(/<[^>]*>/g) ?? [];
}

test.each([
  ['en', 'booked', 'Appointment confirmed: Dr. Ana Ruiz, Mon 7 Dec 2026, 10:00 (Europe/Madrid)'],
  ['en', 'moved', 'Appointment moved: Dr. Ana Ruiz, Mon 7 Dec 2026, 10:00 (Europe/Madrid)'],
  ['en', 'cancelled', 'Appointment cancelled: Dr. Ana Ruiz, Mon 7 Dec 2026, 10:00 (Europe/Madrid)'],
  ['en', 'reminder_24h', 'Appointment reminder: Dr. Ana Ruiz, Mon 7 Dec 2026, 10:00 (Europe/Madrid)'],
  ['en', 'reminder_1h', 'Your appointment starts soon: Dr. Ana Ruiz, Mon 7 Dec 2026, 10:00 (Europe/Madrid)'],
  ['es', 'booked', 'Cita confirmada: Dr. Ana Ruiz, lun 7 dic 2026, 10:00 (Europe/Madrid)'],
  ['es', 'moved', 'Cambio de cita: Dr. Ana Ruiz, lun 7 dic 2026, 10:00 (Europe/Madrid)'],
  ['es', 'cancelled', 'Cita cancelada: Dr. Ana Ruiz, lun 7 dic 2026, 10:00 (Europe/Madrid)'],
  ['es', 'reminder_24h', 'Recordatorio de su cita: Dr. Ana Ruiz, lun 7 dic 2026, 10:00 (Europe/Madrid)'],
  ['es', 'reminder_1h', 'Su cita empieza en breve: Dr. Ana Ruiz, lun 7 dic 2026, 10:00 (Europe/Madrid)'],
] as const)('the subject has kind, doctor, date, time and zone: %s, %s', (locale, kind, subject) => {
  expect(renderEmail({ ...facts, locale, kind }).subject).toBe(subject);
});

test.each(EVERY_EMAIL)('text and HTML have every fact: $locale, $kind', ({ locale, kind }) => {
  const { text, html } = renderEmail({ ...facts, locale, kind });
  const date = locale === 'en' ? 'Monday, 7 December 2026' : 'lunes, 7 de diciembre de 2026';
  const duration = locale === 'en' ? '30 minutes' : '30 minutos';
  const time = '10:00 (Europe/Madrid, GMT+1)';
  for (const content of [text, visible(html)]) {
    for (const fact of [date, time, duration, facts.clinicName, facts.doctorName, facts.specialty, '1042']) {
      expect(content).toContain(fact);
    }
    expect(content).not.toMatch(/undefined|null|NaN|\[object|\{\{/);
  }
});

test.each(EVERY_EMAIL)('text and HTML say the same, in the same order: $locale, $kind', (email) => {
  const { text, html } = renderEmail({ ...facts, ...email, doctorTimezone: 'Asia/Tokyo' });
  const words = (content: string) =>
    content
      .replace(/:(?=\s)/g, '')
      .split(/\s+/)
      .filter(Boolean)
      .join(' ');
  const [, afterPreheader = ''] = html.split('</div>');
  expect(words(visible(afterPreheader))).toBe(words(text));
});

test.each(EVERY_EMAIL)('each email is a page in its own language: $locale, $kind', ({ locale, kind }) => {
  const { html } = renderEmail({ ...facts, locale, kind });
  expect(html).toContain(`<html lang="${locale}"`);
  expect(html.match(/<h1[ >]/g)).toHaveLength(1);
  expect(html).not.toMatch(/https?:|<(img|link|script|iframe)\b|url\(/i);
});

test('the ten emails all have different headings and sentences', () => {
  const openings = EVERY_EMAIL.map((email) =>
    renderEmail({ ...facts, ...email })
      .text.split('\n')
      .slice(2, 7)
      .join('\n'),
  );
  expect(new Set(openings).size).toBe(10);
});

test.each([
  ['Europe/Madrid', '2026-03-29T00:59:00Z', '01:59', 'GMT+1', '29 March 2026'],
  ['Europe/Madrid', '2026-03-29T01:00:00Z', '03:00', 'GMT+2', '29 March 2026'],
  ['America/New_York', '2026-03-08T06:59:00Z', '01:59', 'GMT-5', '8 March 2026'],
  ['America/New_York', '2026-03-08T07:00:00Z', '03:00', 'GMT-4', '8 March 2026'],
  ['America/Santiago', '2026-09-06T03:59:00Z', '23:59', 'GMT-4', '5 September 2026'],
  ['America/Santiago', '2026-09-06T04:00:00Z', '01:00', 'GMT-3', '6 September 2026'],
  ['Australia/Lord_Howe', '2026-10-03T15:29:00Z', '01:59', 'GMT+10:30', '4 October 2026'],
  ['Australia/Lord_Howe', '2026-10-03T15:30:00Z', '02:30', 'GMT+11', '4 October 2026'],
  ['Pacific/Kiritimati', '2026-12-31T10:00:00Z', '00:00', 'GMT+14', '1 January 2027'],
  ['America/St_Johns', '2026-12-31T12:00:00Z', '08:30', 'GMT-3:30', '31 December 2026'],
  ['Europe/London', '2026-12-31T12:00:00Z', '12:00', 'GMT', '31 December 2026'],
])('date, time and offset are those of the clinic’s zone: %s at %s', (zone, instant, clock, offset, date) => {
  const startsAt = Date.parse(instant);
  const { subject, text, html } = renderEmail({
    ...facts,
    clinicTimezone: zone,
    doctorTimezone: zone,
    startsAt,
  });
  expect(subject).toContain(`${clock} (${zone})`);
  for (const content of [text, visible(html)]) {
    expect(content).toContain(`${clock} (${zone}, ${offset})`);
    expect(content).toContain(date);
  }
});

test.each([
  ['Europe/Madrid', '2026-10-25T00:30:00Z', '02:30 (Europe/Madrid, GMT+2)'],
  ['Europe/Madrid', '2026-10-25T01:30:00Z', '02:30 (Europe/Madrid, GMT+1)'],
  ['America/New_York', '2026-11-01T05:30:00Z', '01:30 (America/New_York, GMT-4)'],
  ['America/New_York', '2026-11-01T06:30:00Z', '01:30 (America/New_York, GMT-5)'],
  ['America/Santiago', '2026-04-05T02:30:00Z', '23:30 (America/Santiago, GMT-3)'],
  ['America/Santiago', '2026-04-05T03:30:00Z', '23:30 (America/Santiago, GMT-4)'],
  ['Australia/Lord_Howe', '2026-04-04T14:45:00Z', '01:45 (Australia/Lord_Howe, GMT+11)'],
  ['Australia/Lord_Howe', '2026-04-04T15:15:00Z', '01:45 (Australia/Lord_Howe, GMT+10:30)'],
])('a time that occurs twice is unambiguous in the subject too: %s at %s', (zone, instant, time) => {
  const repeated = { ...facts, clinicTimezone: zone, doctorTimezone: zone, startsAt: Date.parse(instant) };
  expect(renderEmail(repeated).subject).toContain(time);
  expect(renderEmail(repeated).text).toContain(time);
});

test('the email of a clinic in UTC names UTC, and no offset', () => {
  const { subject, text } = renderEmail({ ...facts, clinicTimezone: 'UTC', doctorTimezone: 'UTC' });
  expect(subject).toMatch(/, 09:00 \(UTC\)$/);
  expect(text).toContain('Time: 09:00 (UTC)\n');
});

test('the email for a doctor in another time zone has one more line, with the doctor’s date, time and zone', () => {
  const line = 'Doctor’s local time: Tuesday, 8 December 2026, 01:00 (Asia/Vladivostok, GMT+10)';
  const away = { ...facts, startsAt: Date.parse('2026-12-07T15:00:00Z'), doctorTimezone: 'Asia/Vladivostok' };
  const here = renderEmail({ ...away, doctorTimezone: 'Europe/Madrid' });
  expect(
    renderEmail(away)
      .text.split('\n')
      .filter((each) => !here.text.includes(each)),
  ).toEqual([line]);
  expect(visible(renderEmail(away).html)).toContain(
    'Tuesday, 8 December 2026, 01:00 (Asia/Vladivostok, GMT+10)',
  );
});

test('the email for a doctor with the clinic’s local time has no more lines, whatever the zone is called', () => {
  const paris = renderEmail({ ...facts, doctorTimezone: 'Europe/Paris' });
  expect(paris).toEqual(renderEmail(facts));
  expect(paris.text).not.toContain('local time');
});

test.each([
  ['2026-12-07T00:30:00Z', 'a la 01:30'],
  ['2026-12-07T01:30:00Z', 'a las 02:30'],
  ['2026-12-07T12:00:00Z', 'a las 13:00'],
])('in Spanish one o’clock is singular: %s', (instant, time) => {
  expect(renderEmail({ ...facts, locale: 'es', startsAt: Date.parse(instant) }).text).toContain(time);
});

test.each([
  ['en', 15, '15 minutes'],
  ['en', 60, '1 hour'],
  ['en', 90, '1 hour and 30 minutes'],
  ['en', 121, '2 hours and 1 minute'],
  ['es', 60, '1 hora'],
  ['es', 150, '2 horas y 30 minutos'],
] as const)('durations are written as people say them: %s, %i minutes', (locale, durationMinutes, text) => {
  expect(renderEmail({ ...facts, locale, durationMinutes }).text).toContain(`: ${text}\n`);
});

test('HTML in a name is escaped', () => {
  const name = `<b onclick="x">O'Hara & Söhne</b>`;
  const { subject, text, html } = renderEmail({
    ...facts,
    doctorName: name,
    clinicName: name,
    specialty: name,
  });
  expect(tagsOf(html)).toEqual(tagsOf(renderEmail(facts).html));
  expect(visible(html)).toContain(name);
  expect(text).toContain(`Doctor: ${name}\n`);
  expect(subject).toContain(name);
});

test('a line break in a name becomes a space', () => {
  const doctorName = 'Ana\r\nBcc: everyone@example.org\0 Ruiz\u2028';
  const { subject, text } = renderEmail({ ...facts, doctorName });
  expect(subject).toMatch(/^Appointment confirmed: Ana Bcc: everyone@example\.org Ruiz, Mon/);
  expect(text).toContain('Doctor: Ana Bcc: everyone@example.org Ruiz\n');
});

test('a name cannot reverse the direction of the date beside it', () => {
  const { subject, text, html } = renderEmail({ ...facts, doctorName: '\u202EAna\u2066 Ruiz\u200F' });
  expect(subject).toBe('Appointment confirmed: Ana Ruiz, Mon 7 Dec 2026, 10:00 (Europe/Madrid)');
  expect(text + html).not.toMatch(/[\u200E\u200F\u202A-\u202E\u2066-\u2069]/);
});

test('no name breaks the subject, adds a line to the text or a tag to the HTML', () => {
  fc.assert(
    fc.property(anyEmail, hostileName, hostileName, hostileName, (email, doctor, clinic, specialty) => {
      const plain = renderEmail({ ...facts, ...email });
      const names = { doctorName: doctor, clinicName: clinic, specialty };
      const { subject, text, html } = renderEmail({ ...facts, ...email, ...names });
      expect(subject).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]/u);
      expect(subject).toMatch(/10:00 \(Europe\/Madrid\)$/);
      expect(text.split(/\r\n|[\n\r\v\f\u0085\u2028\u2029]/)).toHaveLength(plain.text.split('\n').length);
      expect(tagsOf(html)).toEqual(tagsOf(plain.html));
    }),
    { numRuns: 200 },
  );
});

describe('whatever the machine’s time zone', () => {
  const machinesZone = process.env.TZ;
  afterEach(() => {
    if (machinesZone === undefined) delete process.env.TZ;
    else process.env.TZ = machinesZone;
  });

  test.each([
    ['Pacific/Kiritimati', -840],
    ['America/Los_Angeles', 480],
    ['UTC', 0],
  ])('the email is the same: %s', (zone, minutesBehindUtc) => {
    process.env.TZ = zone;
    expect(new Date(facts.startsAt).getTimezoneOffset()).toBe(minutesBehindUtc);
    const { subject, text, html } = renderEmail({ ...facts, doctorTimezone: 'America/Santiago' });
    expect(subject).toContain('Mon 7 Dec 2026, 10:00 (Europe/Madrid)');
    for (const content of [text, visible(html)]) {
      expect(content).toContain('Monday, 7 December 2026 at 10:00 (Europe/Madrid, GMT+1)');
      expect(content).toContain('Monday, 7 December 2026, 06:00 (America/Santiago, GMT-3)');
    }
  });
});

test.each(['en', 'es'] as const)(
  'a discreet email names the doctor in neither subject nor preview: %s',
  (locale) => {
    for (const kind of BOOKING_KINDS) {
      const { subject, text, html } = renderEmail({ ...facts, locale, kind, isDiscreet: true });
      const [preview] = /display:none[^>]*>([^<]*)</.exec(html)!.slice(1);
      for (const shown of [subject, preview]) {
        expect(shown).not.toContain(facts.doctorName);
        expect(shown).not.toContain(facts.specialty);
      }
      expect(subject).toMatch(/10:00 \(Europe\/Madrid\)$/);
      expect(text).toContain(facts.doctorName);
    }
  },
);

test('an unknown zone or an invalid start throws a RangeError', () => {
  expect(() => renderEmail({ ...facts, clinicTimezone: 'Europe/Atlantis' })).toThrow(RangeError);
  expect(() => renderEmail({ ...facts, startsAt: Number.NaN })).toThrow(RangeError);
});
