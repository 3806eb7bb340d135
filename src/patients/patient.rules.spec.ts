import { describe, expect, test } from 'vitest';
import { missingDetails, readDetails } from './patient.rules.js';

const FACTS = { country: 'ES', today: '2026-03-01' };
const fieldsOf = (errors: readonly { field: string }[]): string[] => errors.map(({ field }) => field);

describe('typed details', () => {
  test('are read as they are stored', () => {
    const typed = {
      givenName: 'Ana',
      phone: '612 345 678',
      email: 'Ana@people.example',
      birthDate: '2026-03-01',
    };
    const { details, errors } = readDetails(typed, FACTS);
    expect(errors).toEqual([]);
    expect(details).toEqual({ ...typed, phone: '+34612345678', email: 'ana@people.example' });
  });
  test('keep null, which clears a field', () => {
    const { details } = readDetails({ phone: null, email: null, birthDate: null }, FACTS);
    expect(details).toEqual({ phone: null, email: null, birthDate: null });
  });
  test('have all their errors said at once', () => {
    const { errors } = readDetails({ phone: '123', birthDate: '2026-03-02' }, FACTS);
    expect(fieldsOf(errors)).toEqual(['birth_date', 'phone']);
  });
  test('a national number needs the clinic’s country', () => {
    const { errors } = readDetails({ phone: '612 345 678' }, { ...FACTS, country: null });
    expect(errors[0]!.message).toContain('with its country code');
  });
});

describe('what a patient needs', () => {
  const names = { givenName: 'Ana', familyName: 'Sanz' };
  test.each([
    ['self', {}, []],
    ['dependant', {}, ['given_name', 'family_name', 'birth_date']],
    ['dependant', { ...names, birthDate: '2015-02-03' }, []],
    [null, {}, ['given_name', 'family_name', 'phone']],
    [null, { ...names, phone: '+34612345678' }, []],
    [null, { ...names, email: 'ana@people.example' }, []],
    [null, { ...names, birthDate: '2015-02-03' }, ['phone']],
  ] as const)('%s with %j lacks %j', (relation, details, missing) => {
    expect(fieldsOf(missingDetails(details, relation))).toEqual(missing);
  });
});
