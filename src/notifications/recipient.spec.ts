import { describe, expect, test } from 'vitest';
import { BOOKING_NOTIFICATION } from '../../test/support/booking-notification.js';
import { type PatientsRow, toAccount, toPatient, usesOwnAddress } from './recipient.js';

const ROW: PatientsRow = {
  ...BOOKING_NOTIFICATION,
  account_id: 2,
  account_email: 'gross@people.example',
  email: 'gross@people.example',
  owner_given_name: 'Ana',
  owner_family_name: 'Romero',
  patient_id: 7,
  own_address: null,
  own_locale: null,
  relation: 'self',
  given_name: 'Ana',
  family_name: 'Romero',
};
const ANA = { givenName: 'Ana', familyName: 'Romero' };
const LEO = { givenName: 'Leo', familyName: 'Romero' };
const UNKNOWN = { isConfirmed: false, isRefused: false };

describe('a patient’s own address', () => {
  test.each([
    [null, false],
    ['gross@people.example', false],
    ['Gross@PEOPLE.example', false],
    ['groß@people.example', false],
    ['other@people.example', true],
  ])('%s is used: %s', (own_address, isUsed) => {
    expect(usesOwnAddress({ ...ROW, own_address })).toBe(isUsed);
  });

  test('is used without an account', () => {
    const row = { ...ROW, account_id: null, account_email: null, email: null, own_address: 'A@b.example' };
    expect(usesOwnAddress(row)).toBe(true);
    expect(toPatient(row, UNKNOWN)).toMatchObject({
      email: 'a@b.example',
      owner: { type: 'patient', id: 7 },
    });
  });

  test.each([true, false])('is unconfirmed, even if an account has confirmed it: %s', (isConfirmed) => {
    const row = { ...ROW, own_address: 'a@b.example', is_confirmed: 1 } as const;
    expect(toPatient(row, { ...UNKNOWN, isConfirmed })).toMatchObject({
      is_confirmed: 0,
      isConfirmedByAccount: isConfirmed,
    });
  });

  test('may be refused although the account’s is not, and the other way round', () => {
    const row = { ...ROW, own_address: 'a@b.example' };
    expect(toPatient({ ...row, is_refused: 0 }, { ...UNKNOWN, isRefused: true }).is_refused).toBe(1);
    expect(toPatient({ ...row, is_refused: 1 }, UNKNOWN).is_refused).toBe(0);
  });

  test('of a dependant is not a guardian’s', () => {
    const row = { ...ROW, relation: 'dependant', own_address: 'leo@b.example' } as const;
    const leo = { ...row, given_name: 'Leo' };
    expect(toPatient(leo, UNKNOWN)).toMatchObject({ recipient: LEO, dependant: undefined });
  });
});

test('at the account’s address its owner is greeted, and a dependant named', () => {
  expect(toAccount(ROW)).toMatchObject({
    recipient: ANA,
    dependant: undefined,
    owner: { type: 'account', id: 2 },
  });
  const dependant = { ...ROW, relation: 'dependant', given_name: 'Leo' } as const;
  expect(toAccount(dependant)).toMatchObject({ recipient: ANA, dependant: LEO });
});

test.each([
  ['es', 'en', 'es'],
  [null, 'en', 'en'],
  [null, null, null],
] as const)('the language is the patient’s (%s), else the account’s (%s)', (own_locale, locale, used) => {
  expect(toAccount({ ...ROW, own_locale, locale }).locale).toBe(used);
});
