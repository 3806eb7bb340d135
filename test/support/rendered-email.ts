import { LOCALES } from '../../src/config/locale.js';
import type { EmailFacts } from '../../src/notifications/emails/email.js';
import { BOOKING_KINDS } from '../../src/outbox/notification-kind.js';

/** An email of a clinic and a doctor in one time zone. */
export const facts: EmailFacts = {
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

export const EVERY_EMAIL = LOCALES.flatMap((locale) => BOOKING_KINDS.map((kind) => ({ locale, kind })));

/** The visible text of a page: without head, tags and entities. */
export function visible(html: string): string {
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
