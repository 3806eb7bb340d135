import { describe, expect, test } from 'vitest';
import { EVERY_EMAIL, facts, visible } from '../../../test/support/rendered-email.js';
import { LOCALES } from '../../config/locale.js';
import { renderEmail } from './email.js';
import { renderLinkEmail } from './link-email.js';
import { personName } from './person-name.js';

const CHILD = 'Leo Romero';
const REASON = 'Dr. Ruiz is ill.';

const lineOf = (text: string, label: string) =>
  text.split('\n').find((line) => line.startsWith(`${label}: `));
const previewOf = (html: string) => /display:none[^>]*>([^<]*)</.exec(html)![1]!;

describe('the greeting', () => {
  test.each([
    ['en', 'Lucía Romero', 'Dear Lucía Romero,'],
    ['en', undefined, 'Dear patient,'],
    ['es', 'Lucía Romero', 'Hola, Lucía Romero:'],
    ['es', undefined, 'Estimado/a paciente:'],
  ] as const)('in %s to %s', (locale, recipientName, greeting) => {
    const { text, html } = renderEmail({ ...facts, locale, recipientName });
    expect(text.split('\n')).toContain(greeting);
    expect(visible(html)).toContain(greeting);
  });

  test.each([
    ['en', 'Ana Romero', 'Dear Ana Romero,'],
    ['en', undefined, 'Hello,'],
    ['es', 'Ana Romero', 'Hola, Ana Romero:'],
    ['es', undefined, 'Hola:'],
  ] as const)('of a guardian in %s to %s does not name the patient', (locale, recipientName, greeting) => {
    const dependant = { name: CHILD };
    expect(renderEmail({ ...facts, locale, recipientName, dependant }).text.split('\n')).toContain(greeting);
  });
});

describe('an email to a guardian', () => {
  test.each(EVERY_EMAIL)('names the patient in sentence and details: $locale, $kind', (email) => {
    const { text, html } = renderEmail({ ...facts, ...email, dependant: { name: CHILD } });
    const sentence = text.split('\n')[6]!;
    expect(sentence).toContain(CHILD);
    expect(lineOf(text, email.locale === 'en' ? 'Patient' : 'Paciente')).toContain(CHILD);
    expect(visible(html)).toContain(sentence);
    expect(text).not.toMatch(/\b[Yy]our appointment\b|\b[Ss]u (nueva )?cita\b/);
  });

  test.each(EVERY_EMAIL)('names the patient in neither subject nor preview: $locale, $kind', (email) => {
    const { subject, html } = renderEmail({ ...facts, ...email, dependant: { name: CHILD } });
    for (const shown of [subject, previewOf(html)]) expect(shown).not.toContain(CHILD);
    expect(subject).toContain('10:00 (Europe/Madrid)');
  });

  test.each([
    ['en', 'The appointment of your dependant with Dr. Ana Ruiz is confirmed for'],
    ['es', 'Le confirmamos la cita de la persona a su cargo para el'],
  ] as const)('without a name to show does without: %s', (locale, sentence) => {
    const { text } = renderEmail({ ...facts, locale, dependant: { name: undefined } });
    expect(text).toContain(sentence);
    expect(lineOf(text, locale === 'en' ? 'Patient' : 'Paciente')).toBeUndefined();
  });
});

describe('the email of a cancellation', () => {
  const cancelled = { ...facts, kind: 'cancelled', clinicPhone: '+34 912 345 678' } as const;
  const byClinic = { ...cancelled, cancelledByClinic: { reason: REASON } };

  test.each([
    [
      'en',
      'The clinic has cancelled your appointment with Dr. Ana Ruiz on Monday, 7 December 2026',
      'Reason',
    ],
    ['es', 'El centro ha cancelado su cita del lunes, 7 de diciembre de 2026', 'Motivo'],
  ] as const)('by the clinic says so, and why: %s', (locale, sentence, label) => {
    const { text, html } = renderEmail({ ...byClinic, locale });
    for (const content of [text, visible(html)]) {
      expect(content).toContain(sentence);
      expect(content.replace(/\s+/g, ' ')).toContain(`${label}: ${REASON}`);
    }
  });

  test.each([
    ['en', `The clinic has cancelled the appointment of ${CHILD} with Dr. Ana Ruiz on`],
    ['es', `El centro ha cancelado la cita de ${CHILD} prevista para el`],
  ] as const)('by the clinic to a guardian: %s', (locale, sentence) => {
    expect(renderEmail({ ...byClinic, locale, dependant: { name: CHILD } }).text).toContain(sentence);
  });

  test.each([
    ['en', 'Please book another time, or call the clinic: +34 912 345 678.', 'or ask the clinic for one.'],
    ['es', 'Puede reservar otra cita, o llamar al centro: +34 912 345 678.', 'o pedirla al centro.'],
  ] as const)('by the clinic says what to do next: %s', (locale, withPhone, withoutPhone) => {
    expect(renderEmail({ ...byClinic, locale }).text).toContain(withPhone);
    expect(renderEmail({ ...byClinic, locale, clinicPhone: '' }).text).toContain(withoutPhone);
  });

  test.each(LOCALES)('by the patient names neither the clinic as its cause nor a reason: %s', (locale) => {
    const { text } = renderEmail({ ...cancelled, locale });
    expect(text).not.toMatch(/clinic has cancelled|centro ha cancelado|^(Reason|Motivo):/m);
  });

  test.each(LOCALES)('has no gap without a reason: %s', (locale) => {
    const { text, html } = renderEmail({ ...byClinic, locale, cancelledByClinic: { reason: null } });
    expect(text + html).not.toMatch(/\n\n\n|null|undefined|Reason|Motivo/);
  });

  test('has the reason as one escaped paragraph', () => {
    const reason = 'Ill.\r\n\r\nBcc: everyone@example.org <script>alert(1)</script>\0';
    const { text, html } = renderEmail({ ...byClinic, cancelledByClinic: { reason } });
    expect(text.split('\n')).toContain('Reason: Ill. Bcc: everyone@example.org <script>alert(1)</script>');
    expect(html).toContain('Ill. Bcc: everyone@example.org &lt;script&gt;');
  });

  test.each(['booked', 'moved', 'reminder_24h'] as const)('alone has the reason, not %s', (kind) => {
    expect(renderEmail({ ...byClinic, kind }).text).not.toContain(REASON);
  });
});

describe('the email of a reschedule to another doctor', () => {
  const moved = { ...facts, kind: 'moved', earlierDoctor: 'Dr. Juan\r\nGil' } as const;

  test.each([
    ['en', 'Your appointment is now with Dr. Ana Ruiz, on Monday', 'Earlier doctor: Dr. Juan Gil'],
    ['es', 'Su nueva cita, con otro profesional, es el lunes', 'Profesional anterior: Dr. Juan Gil'],
  ] as const)('names both: %s', (locale, sentence, line) => {
    const { text } = renderEmail({ ...moved, locale });
    expect(text).toContain(sentence);
    expect(text.split('\n')).toContain(line);
    expect(text).not.toMatch(/new time|nuevo horario|earlier time|horario anterior/i);
  });

  test.each(LOCALES)('to a guardian names the patient: %s', (locale) => {
    expect(renderEmail({ ...moved, locale, dependant: { name: CHILD } }).text.split('\n')[6]).toContain(
      CHILD,
    );
  });
});

describe('a name', () => {
  const name = (givenName: string | null, familyName: string | null, isTrusted = true) =>
    personName({ givenName, familyName }, isTrusted);

  test.each([
    ['Lucía', 'Romero', 'Lucía Romero'],
    ['Lucía', null, 'Lucía'],
    [null, 'Romero', 'Romero'],
    [null, null, undefined],
    ['\u202E', ' ', undefined],
    ['Lucía\r\nBcc: x', '\u202ERomero', 'Lucía Bcc: x Romero'],
  ])('of %j and %j is one line', (given, family, line) => {
    expect(name(given, family)).toBe(line);
  });

  test.each(['evil.example', 'https://evil', 'a@b', 'Call www.evil.example now', 'evil。example'])(
    'that looks like a link is not shown if a stranger may have typed it: %s',
    (text) => {
      expect(name(text, null)).toBe(text);
      expect(name('Ana', text, false)).toBeUndefined();
    },
  );

  test.each(['Ana M.', "O'Brien-Ñandú", 'J. R. Smith', '田中 さくら', 'de la O'])(
    'such as %s is shown',
    (text) => expect(name(text, null, false)).toBe(text),
  );
});

describe('the email of a reschedule that keeps the start', () => {
  const earlier = { startsAt: facts.startsAt, durationMinutes: 45 };

  test.each([
    ['en', 'has another duration', 'Earlier duration: 45 minutes'],
    ['es', 'tiene otra duración', 'Duración anterior: 45 minutos'],
  ] as const)('says that the duration changed, not the time: %s', (locale, sentence, line) => {
    for (const dependant of [undefined, { name: CHILD }]) {
      const { text } = renderEmail({ ...facts, kind: 'moved', locale, earlier, dependant });
      expect(text).toContain(sentence);
      expect(text.split('\n')).toContain(line);
      expect(text).not.toMatch(/new time|nuevo horario|earlier time|horario anterior|moved/i);
    }
  });
});

describe('the email of a booking by the desk', () => {
  const byDesk = { ...facts, isBookedByClinic: true, clinicPhone: '+34 912 345 678' } as const;

  test.each(EVERY_EMAIL)('does not send the patient where they booked: $locale, $kind', (email) => {
    for (const clinicPhone of ['', byDesk.clinicPhone]) {
      const { text } = renderEmail({ ...byDesk, ...email, clinicPhone });
      expect(text).not.toMatch(/where you booked|donde la reservó|null|undefined/);
    }
  });

  test.each([
    ['en', 'please call the clinic before it starts: +34 912 345 678.'],
    ['es', 'por favor, llame al centro antes de que empiece: +34 912 345 678.'],
  ] as const)('names the phone of the clinic: %s', (locale, words) => {
    expect(renderEmail({ ...byDesk, locale }).text).toContain(words);
  });
});

test.each([
  ['en', 'If you do not know about this invitation'],
  ['es', 'Si no sabe nada de esta invitación'],
] as const)('an invitation to an unconfirmed address is about no appointment: %s', (locale, words) => {
  const unconfirmed = { notMeCode: 'x'.repeat(91), isPatients: true };
  const code = { kind: 'patient_invitation', code: 'y'.repeat(64), expiresAt: 0 } as const;
  const { text } = renderLinkEmail({ ...facts, ...code, locale, unconfirmed });
  expect(text).toContain(words);
  expect(text).not.toMatch(/this appointment|esta cita/);
});
