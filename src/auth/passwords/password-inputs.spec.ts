import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as accounts from '../../../bin/support/demo-accounts.js';
import { isCommonPassword } from './common-passwords.mjs';
import { DOCTOR_PASSWORD, PATIENT_PASSWORD } from '../../demo/clinic.js';
import { passwordInputs } from './password-inputs.js';
import { PRINTED_PASSWORDS } from './printed-passwords.js';

const EMAIL = 'Wanjiru.Okafor77@Salud-Norte.example';
const CLINIC = 'Clínica San Telmo';
const isRefused = (password: string, email = EMAIL, clinic = CLINIC): boolean =>
  isCommonPassword(password, passwordInputs(email, clinic));

test('the inputs are the address, the clinic’s name, and the words of both', () => {
  const inputs = passwordInputs(EMAIL, CLINIC);
  const words = [
    'wanjiru.okafor77',
    'wanjiruokafor77',
    'wanjiru',
    'okafor77',
    'okafor',
    'salud-norte.example',
    'salud',
  ];
  expect(inputs).toEqual(expect.arrayContaining(['wanjiru.okafor77@salud-norte.example', ...words]));
  expect(inputs).toEqual(
    expect.arrayContaining(['clinica san telmo', 'clinicasantelmo', 'clinica', 'telmo']),
  );
  expect(inputs).toEqual(expect.arrayContaining([...PRINTED_PASSWORDS]));
});

describe('a password that an attacker who knows the address and the clinic tries first is refused', () => {
  test.each([
    ...[
      'wanjiru.okafor77@salud-norte.example',
      'WANJIRU.OKAFOR77',
      'WanjiruOkafor',
      'okafor-wanjiru',
      'Okafor2026!',
    ],
    ...[
      'saludnorte',
      'Salud_Norte_2026',
      'w4njiru0k4f0r',
      '0kaforwanjiru',
      '77okaforwanjiru77',
      'salud.example',
    ],
    ...['Clínica San Telmo', 'ClínicaSanTelmo1', 'Telmo-2026-!?', 'SanTelmo24121985'],
  ])('%j', (password) => {
    expect(isCommonPassword(password)).toBe(false);
    expect(isRefused(password)).toBe(true);
  });
});

test.each([
  ['America/Argentina/Buenos_Aires', ['buenos aires', 'buenosaires']],
  ['Europe/Zurich', ['zurich']],
  ['America/Asuncion', ['asuncion']],
])('the city of %s is an input', (timeZone, words) => {
  expect(passwordInputs(EMAIL, CLINIC, timeZone)).toEqual(expect.arrayContaining(words));
});

describe('accents do not make an input harder to guess, in the password or in the input', () => {
  test.each([
    ['wanjirúokafor', 'wanjiru.okafor@mail.example', 'Clinic'],
    ['mariagonzález', 'maria.gonzalez@mail.example', 'Clinic'],
    ['MaríaGonzalez', 'maria.gonzález@mail.example', 'Clinic'],
    ['Clínica2026', 'ana@mail.example', 'Clinica'],
    ['Clinica2026', 'ana@mail.example', 'Clínica'],
    ['clín1cá2026', 'ana@mail.example', 'Clinica'],
    ['Ibáñez1978', 'rosa.ibanez@mail.example', 'Clinic'],
    ['søborg-2026', 'rosa@mail.example', 'Soborg Klinik'],
    ['Soborg-2026', 'rosa@mail.example', 'Søborg Klinik'],
    ['Αθηνα-1999', 'rosa@mail.example', 'Αθήνα'],
  ])('%j for %s at %s', (password, email, clinic) => {
    expect(isRefused(password, email, clinic)).toBe(true);
  });
});

describe('a password that a person thought of is accepted, even with a word of the address in it', () => {
  test.each([
    'wanjiru likes nine tall trees',
    'an okafor of the northern sea',
    'quite another one',
    '83749261058',
  ])('%j', (password) => {
    expect(isRefused(password)).toBe(false);
  });
});

describe('a password that this repository prints is refused', () => {
  const demo = Object.values(accounts).map(({ password }) => password);
  test.each([...demo, DOCTOR_PASSWORD, PATIENT_PASSWORD, ...PRINTED_PASSWORDS])('%s', (password) => {
    expect(isRefused(password)).toBe(true);
    expect(isRefused(`${password.toUpperCase()}-1`)).toBe(true);
  });

  test.each(['README.md', '.env.example', 'docs/operations.md', 'docker-compose.yml'])('in %s', (file) => {
    const text = readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8');
    const printed = [
      ...[...text.matchAll(/`(\S+-password)`/g)].map(([, password]) => password!),
      ...[...text.matchAll(/"password":\s*"([^"]+)"/g)].map(([, password]) => password!),
      ...[...text.matchAll(/^\w*(?:PASSWORD|SECRET)=(\S+)$/gm)].map(([, password]) => password!),
    ];
    expect(printed.filter((password) => !isRefused(password))).toEqual([]);
  });
});

const label = fc.stringMatching(/^[a-z]{3,12}$/);
const address = fc
  .tuple(fc.array(label, { minLength: 1, maxLength: 3 }), label)
  .map(([local, domain]) => `${local.join('.')}@${domain}.example`);

test('any address and its parts, with digits and in any case, are refused', () => {
  fc.assert(
    fc.property(address, fc.nat(99_999), (email, digits) => {
      const local = email.split('@')[0]!;
      for (const text of [email, local, local.replaceAll('.', ''), ...local.split('.')]) {
        for (const password of [`${text}${digits}`, `${digits}-${text.toUpperCase()}`])
          expect(isRefused(password, email), password).toBe(true);
      }
    }),
  );
});

test('no address and clinic name make too many inputs, short ones or duplicates', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (email, clinic) => {
      const inputs = passwordInputs(email, clinic);
      expect(inputs.length).toBeLessThanOrEqual(30 + PRINTED_PASSWORDS.length);
      expect(Math.min(...inputs.map(({ length }) => length))).toBeGreaterThanOrEqual(3);
      expect(new Set(inputs).size).toBe(inputs.length);
    }),
  );
});
