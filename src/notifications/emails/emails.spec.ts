import { describe, expect, test } from 'vitest';
import { LOCALES } from '../../config/locale.js';
import { LINK_KINDS, BOOKING_KINDS, NOTICE_KINDS } from '../../outbox/notification-kind.js';
import { renderCalendar } from '../calendar/calendar.js';
import { renderLinkEmail } from './link-email.js';
import type { ClinicFacts } from './clinic-contact.js';
import { type Email, type EmailFacts, renderEmail } from './email.js';
import { renderNotice } from './notice.js';

/** Codes of realistic length, with hyphens, where browsers break lines. */
const CODE = 'Ab3-_9xY'.repeat(8);
const NOT_ME_CODE = 'Zz-8_'.repeat(18).concat('Z');

const clinic: ClinicFacts = {
  clinicName: 'San Gabriel Clinic',
  clinicTimezone: 'Europe/Madrid',
  clinicAddress: 'Calle Mayor 1, 28013 Madrid',
  clinicPhone: '+34 (912) 345-678',
};
const unconfirmed = { notMeCode: NOT_ME_CODE };

const appointment: EmailFacts = {
  ...clinic,
  kind: 'booked',
  locale: 'en',
  doctorName: 'Dr. Ana Ruiz',
  specialty: 'Cardiology',
  doctorTimezone: 'Europe/Madrid',
  startsAt: Date.parse('2026-12-07T09:00:00Z'),
  durationMinutes: 30,
  bookingId: 1042,
};

type Locale = EmailFacts['locale'];
type Write = (locale: Locale, of?: Partial<ClinicFacts>) => Email;

const WRITERS: readonly [string, Write][] = [
  ...BOOKING_KINDS.map((kind): [string, Write] => [
    kind,
    (locale, of = {}) => renderEmail({ ...appointment, ...of, kind, locale, unconfirmed }),
  ]),
  ...LINK_KINDS.map((kind): [string, Write] => [
    kind,
    (locale, of = {}) => {
      const expiresAt = appointment.startsAt;
      return renderLinkEmail({ ...clinic, ...of, kind, locale, code: CODE, expiresAt, unconfirmed });
    },
  ]),
  ...NOTICE_KINDS.map((kind): [string, Write] => [
    kind,
    (locale, of = {}) => {
      const particulars = { happenedAt: appointment.startsAt, role: 'user', subjectEmail: null } as const;
      return renderNotice({ ...clinic, ...of, kind, locale, ...particulars, unconfirmed });
    },
  ]),
];
const EVERY_EMAIL = LOCALES.flatMap((locale) => WRITERS.map(([kind, write]) => ({ locale, kind, write })));

describe.each(EVERY_EMAIL)('$locale, $kind', ({ locale, write }) => {
  test('has the clinic’s address and phone', () => {
    const { text, html } = write(locale);
    expect(text).toContain('San Gabriel Clinic\nCalle Mayor 1, 28013 Madrid\n+34 (912) 345-678\n\n');
    expect(html).toContain('Calle Mayor 1, 28013 Madrid');
    expect(html).toContain('href="tel:+34912345678"');
  });

  test('has no gap if the clinic has configured neither', () => {
    for (const content of Object.values(write(locale, { clinicAddress: '', clinicPhone: undefined }))) {
      expect(content).not.toMatch(/tel:|undefined|null|\n\n\n/);
    }
  });

  test('breaks no code in the text, and wraps it whole in the page', () => {
    const { text, html } = write(locale);
    const lines = text.split('\n');
    for (const code of [CODE, NOT_ME_CODE].filter((each) => html.includes(each))) {
      expect(lines.filter((line) => line.includes(code))).toEqual([code]);
      expect(html).toMatch(new RegExp(`word-break:break-all;[^<>]*">${code}</div>`));
    }
    expect(lines).toContain(NOT_ME_CODE);
  });
});

describe.each([
  {
    locale: 'en',
    labels: {
      password_reset: 'Code for a new password',
      verify_address: 'Code to confirm this address',
      invitation: 'Code to choose a password',
      change_address: 'Code to confirm this address',
      patient_invitation: 'Code to accept the invitation',
    },
    notMe: 'Code for “This is not me”',
    above: (label: string) => `Enter the “${label}” where you log in`,
    below: 'give the code for “This is not me”, below, to the clinic',
  },
  {
    locale: 'es',
    labels: {
      password_reset: 'Código para una contraseña nueva',
      verify_address: 'Código para confirmar esta dirección',
      invitation: 'Código para elegir una contraseña',
      change_address: 'Código para confirmar esta dirección',
      patient_invitation: 'Código para aceptar la invitación',
    },
    notMe: 'Código para «No soy yo»',
    above: (label: string) => `Introduzca el «${label}» donde inicia sesión`,
    below: 'dé al centro el código para «No soy yo», abajo',
  },
] as const)('in $locale, an email with two codes', ({ locale, labels, notMe, above, below }) => {
  test.each(LINK_KINDS)('says what each is for: %s', (kind) => {
    const facts = { ...clinic, locale, kind, code: CODE, expiresAt: 0 };
    const { text, html } = renderLinkEmail({ ...facts, unconfirmed });
    expect(text).toContain(`\n${labels[kind]}:\n${CODE}\n`);
    expect(text).toContain(`\n${notMe}:\n${NOT_ME_CODE}\n`);
    for (const label of [labels[kind], notMe]) expect(html).toContain(`>${label}</p>`);
    for (const words of [above(labels[kind]), below])
      for (const body of [text, html]) expect(body).toContain(words);
  });
});

describe.each([
  {
    locale: 'en',
    line: 'Earlier time: Friday, 4 December 2026, 17:30 (Europe/Madrid, GMT+1)',
    minutes: '15 minutes',
    declining: /Declining or deleting it there does not cancel/,
    note: /Declining or deleting it here does not cancel/,
    unusable: /cannot be used/,
  },
  {
    locale: 'es',
    line: 'Horario anterior: viernes, 4 de diciembre de 2026, 17:30 (Europe/Madrid, GMT+1)',
    minutes: '15 minutos',
    declining: /Rechazarla o borrarla en el calendario no cancela la cita/,
    note: /Rechazarla o borrarla aquí no la cancela/,
    unusable: /no se podrá usar/,
  },
] as const)('in $locale', ({ locale, line, minutes, declining, note, unusable }) => {
  const earlier = { startsAt: Date.parse('2026-12-04T16:30:00Z'), durationMinutes: 30 };
  const moved = { ...appointment, locale, kind: 'moved' } as const;

  test('the email of a reschedule has the earlier time beside the new one', () => {
    const { text, html } = renderEmail({ ...moved, earlier });
    expect(text).toContain(`${line}\n`);
    expect(html).toContain(line.replace(/^[^:]+: /, ''));
    expect(text).toContain('10:00 (Europe/Madrid, GMT+1)');
  });

  test('it has the earlier duration if that changed', () => {
    const shorter = renderEmail({ ...moved, earlier: { ...earlier, durationMinutes: 15 } });
    expect(shorter.text).toContain(`${line}, ${minutes}\n`);
  });

  test('it has no earlier time if there was none', () => {
    const label = line.split(':')[0]!;
    const same = { startsAt: moved.startsAt, durationMinutes: moved.durationMinutes };
    expect(renderEmail({ ...moved, earlier: same }).text).not.toContain(label);
    expect(renderEmail(moved).text).not.toContain(label);
  });

  test.each(['booked', 'moved'] as const)(
    '%s says that declining in the calendar cancels nothing',
    (kind) => {
      const { text, html } = renderEmail({ ...appointment, locale, kind });
      expect(text).toMatch(declining);
      expect(html).toMatch(declining);
      const { content } = renderCalendar({
        ...appointment,
        ...{ locale, kind, uid: 'x@clinica', sequence: 0, stampedAt: 0 },
        ...{ organizerEmail: 'mail@clinic.example', attendeeEmail: 'ana@people.example' },
      });
      const unfolded = content.replaceAll('\r\n ', '');
      expect(unfolded).toMatch(note);
      expect(unfolded).toContain('LOCATION:San Gabriel Clinic\\, Calle Mayor 1\\, 28013 Madrid\r\n');
    },
  );

  test('the email for confirming an address does not say that the account cannot be used until then', () => {
    const facts = { ...clinic, locale, kind: 'verify_address', code: CODE, expiresAt: 0 } as const;
    const { text } = renderLinkEmail({ ...facts, unconfirmed });
    expect(text).not.toMatch(unusable);
  });
});
