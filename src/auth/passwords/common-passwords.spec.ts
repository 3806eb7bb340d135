import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { isCommonPassword } from './common-passwords.mjs';

describe('a password that attackers try first is common', () => {
  test.each([
    ...['password', '12345678', 'Qwertyuiop', 'ILOVEYOU1', 'Password123', 'letmein1', '1q2w3e4r'],
    ...['00000000', 'aaaaaaaa', '88888888', '        ', '12345678901234567890', 'x'.repeat(32)],
    ...['87654321', 'abcdefgh', '123123123', '12341234', 'abcabcabc', '19901990', '24121985'],
    ...['contraseña', 'contrasena1', 'Contraseña1', 'cóntr4señ4', 'tequiero1', 'teamomucho', 'hola1234'],
    ...['madrid2026', 'Sevilla2026', 'Bogotá-2026!', 'Verano2026', 'noviembre26', 'Guadalupe1', 'García123'],
    ...[
      'GUTIÉRREZ',
      'corazón1',
      'buenosdías1',
      'desafortunadamente',
      'Enciclopedia',
      'pässwörd',
      'PÁSSWORD1',
    ],
    ...[
      'Hospital2026',
      'consulta2026',
      'Médico-2026!',
      'Doctora123',
      'appointment1',
      'clinic2026!!',
      'salud+2026',
    ],
    ...['qwertz12', 'Azerty2026', 'asdfghjklñ', 'Lkjhgfdsañ', 'йцукенгш', 'ЙЦУКЕН12', 'фывапрол', 'пароль12'],
    ...['p@ssword', 'P@ssw0rd1', 'Pass@123', 'Admin@123', 'welcome123', 'Welcome1!', 'admin1234'],
  ])('%j', (password) => {
    expect(isCommonPassword(password)).toBe(true);
  });
});

describe('a password that a person thought of is not common', () => {
  test.each([
    ...['long enough', 'correct horse battery', 'quite another one', 'another one', 'the same words'],
    ...['8 & eight', 'eight ch', 'a guess!', '  Spaced Out  ', 'a new doctor', 'only once', 'nine cats'],
    ...['demo-patient-password', '😀😁😂🤣😃😄😅😆', 'ñandú en el río'],
    ...[
      'la casa verde del mar',
      'tres gatos en el tejado',
      'zorro dormido',
      'cinco lobitos',
      'el perro come pan',
    ],
    ...['नमस्ते दुनिया', 'hospital de los ocho jardines', 'Wir haben sieben Öfen', 'двенадцать лун'],
    ...['correct horse battery staple and nine herons at dusk', 'la llama llama a la mamá de la llama'],
    ...['nine herons at dusk, '.repeat(3), '83749261058hola', 'x'.repeat(100), 'contraseña'.repeat(4)],
  ])('%j', (password) => {
    expect(isCommonPassword(password)).toBe(false);
  });

  test('a generated password is not common', () => {
    for (let each = 0; each < 300; each += 1)
      expect(isCommonPassword(randomBytes(9).toString('base64'))).toBe(false);
  });
});
