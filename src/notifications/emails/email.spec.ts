import { expect, test } from 'vitest';
import { EVERY_EMAIL, facts, visible } from '../../../test/support/rendered-email.js';
import { BOOKING_KINDS } from '../../outbox/notification-kind.js';
import { renderEmail } from './email.js';

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
  ['en', 15, '15 minutes'],
  ['en', 60, '1 hour'],
  ['en', 90, '1 hour and 30 minutes'],
  ['en', 121, '2 hours and 1 minute'],
  ['es', 60, '1 hora'],
  ['es', 150, '2 horas y 30 minutos'],
] as const)('durations are written as people say them: %s, %i minutes', (locale, durationMinutes, text) => {
  expect(renderEmail({ ...facts, locale, durationMinutes }).text).toContain(`: ${text}\n`);
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
