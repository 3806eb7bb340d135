import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EVERY_EMAIL, facts, visible } from '../../../test/support/rendered-email.js';
import { renderEmail } from './email.js';

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

function tagsOf(html: string): string[] {
  return html.match(/<[^>]*>/g) ?? [];
}

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
