import { describe, expect, test } from 'vitest';
import { ROLES } from '../role.js';
import { assertMayGetRole, needsReauthentication } from './account-rights.policy.js';

const account = { id: 7, role: 'user', isDisabled: false, isVerified: true } as const;
const admin = { ...account, role: 'admin' } as const;

describe('a higher role needs a confirmed address', () => {
  const RISING = [
    'user to doctor',
    'user to staff',
    'user to admin',
    'doctor to staff',
    'doctor to admin',
    'staff to admin',
  ];
  const pairs = ROLES.flatMap((from) => ROLES.map((to) => [from, to] as const));

  test.each(pairs)('%s to %s', (from, to) => {
    const raise = (isVerified: boolean) => () =>
      assertMayGetRole({ ...account, role: from, isVerified }, { role: to });
    expect(raise(true)).not.toThrow();
    if (RISING.includes(`${from} to ${to}`)) expect(raise(false)).toThrow('account 7');
    else expect(raise(false)).not.toThrow();
  });

  test('a change that leaves the role needs no confirmed address', () => {
    expect(() => assertMayGetRole({ ...account, isVerified: false }, { isDisabled: false })).not.toThrow();
  });
});

describe('an admin must reauthenticate', () => {
  test.each([
    ['to make a patient an admin', account, { role: 'admin' }],
    ['to make a doctor an admin', { ...account, role: 'doctor' }, { role: 'admin' }],
    ['to enable an admin', { ...admin, isDisabled: true }, { isDisabled: false }],
    [
      'to enable an account as an admin',
      { ...account, isDisabled: true },
      { role: 'admin', isDisabled: false },
    ],
    ['to make a disabled account an admin’s', { ...account, isDisabled: true }, { role: 'admin' }],
    ['to make a patient an admin and disable them', account, { role: 'admin', isDisabled: true }],
    ['to remove a second factor', account, { secondFactor: false }],
  ] as const)('%s', (_, of, change) => {
    expect(needsReauthentication(of, change)).toBe(true);
  });

  test.each([
    ['to make a patient a doctor', account, { role: 'doctor' }],
    ['to take an admin’s role', admin, { role: 'user' }],
    ['to leave an admin unchanged', admin, { role: 'admin', isDisabled: false }],
    ['to disable an admin', admin, { isDisabled: true }],
    ['to enable a patient', { ...account, isDisabled: true }, { isDisabled: false }],
    [
      'to enable a former admin as a doctor',
      { ...admin, isDisabled: true },
      { role: 'doctor', isDisabled: false },
    ],
    ['to keep a second factor', account, { secondFactor: true }],
  ] as const)('but not %s', (_, of, change) => {
    expect(needsReauthentication(of, change)).toBe(false);
  });
});
