import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isProbablySame } from './duplicates.js';

const LUCIA = {
  givenName: 'Lucía',
  familyName: 'Romero Gil',
  birthDate: '1984-05-21',
  phone: '+34612345678',
  email: 'lucia@people.example',
};
const OTHER = {
  givenName: 'Ana',
  familyName: 'Sanz',
  birthDate: '1990-01-01',
  phone: '+34699999999',
  email: 'ana@people.example',
};
type Field = keyof typeof LUCIA;

describe('probably the same person', () => {
  test.each<[Field[], boolean]>([
    [['birthDate', 'familyName', 'givenName'], true],
    [['birthDate', 'familyName', 'phone'], true],
    [['birthDate', 'familyName', 'email'], true],
    [['phone', 'givenName'], true],
    [['birthDate', 'familyName'], false],
    [['birthDate', 'givenName'], false],
    [['birthDate', 'givenName', 'email'], false],
    [['familyName', 'givenName', 'email'], false],
    [['phone', 'email'], false],
    [['phone', 'familyName', 'email'], false],
    [['birthDate', 'phone', 'email'], false],
    [[], false],
  ])('the same %j: %s', (fields, expected) => {
    const same = Object.fromEntries(fields.map((field) => [field, LUCIA[field]]));
    expect(isProbablySame(LUCIA, { ...OTHER, ...same })).toBe(expected);
  });

  test.each([
    { givenName: 'LUCIA', familyName: 'romero-gil' },
    { givenName: 'Lucia', familyName: 'Romerogil' },
    { email: 'Lucia@People.example', givenName: 'Lu' },
  ])('however it is written: %j', (written) => {
    expect(isProbablySame(LUCIA, { ...LUCIA, phone: null, ...written })).toBe(true);
  });

  test('what is not known is not the same', () => {
    const nothing = { givenName: null, familyName: null, birthDate: null, phone: null, email: null };
    expect(isProbablySame(nothing, nothing)).toBe(false);
    expect(isProbablySame({}, {})).toBe(false);
    const symbols = { ...nothing, givenName: '★', phone: '+34612345678' };
    expect(isProbablySame(symbols, symbols)).toBe(false);
  });
});

const identity = fc.record({
  givenName: fc.constantFrom(null, 'Lucía', 'lucia', 'Ana'),
  familyName: fc.constantFrom(null, 'Gil', 'GIL', 'Sanz'),
  birthDate: fc.constantFrom(null, '1984-05-21', '1990-01-01'),
  phone: fc.constantFrom(null, '+34612345678', '+34699999999'),
  email: fc.constantFrom(null, 'a@people.example', 'A@people.example', 'b@people.example'),
});

test('if one person is the same as another, the other is the same as the first', () => {
  fc.assert(
    fc.property(identity, identity, (a, b) => {
      expect(isProbablySame(a, b)).toBe(isProbablySame(b, a));
    }),
  );
});

test('a candidate has the same birth date and family name, or the same phone and given name, which is how they are found', () => {
  const folded = (text: string | null) => text?.toLowerCase().replace('í', 'i');
  fc.assert(
    fc.property(identity, identity, (a, b) => {
      if (!isProbablySame(a, b)) return;
      const byBirthDate = a.birthDate === b.birthDate && folded(a.familyName) === folded(b.familyName);
      const byPhone = a.phone === b.phone && folded(a.givenName) === folded(b.givenName);
      expect(byBirthDate || byPhone).toBe(true);
    }),
  );
});
