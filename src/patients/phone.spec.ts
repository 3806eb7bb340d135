import { expect, test } from 'vitest';
import { digitsOf, readPhone } from './phone.js';

test.each([
  ['+34 612 345 678', null, '+34612345678'],
  ['+34612345678', 'US', '+34612345678'],
  ['612 345 678', 'ES', '+34612345678'],
  ['0034 612 345 678', 'ES', '+34612345678'],
  ['91 234 56 78', 'ES', '+34912345678'],
  ['06 12 34 56 78', 'FR', '+33612345678'],
  ['(202) 555-0143', 'US', '+12025550143'],
  ['٦١٢٣٤٥٦٧٨', 'ES', '+34612345678'],
])('%s in %s is %s', (typed, country, phone) => {
  expect(readPhone(typed, country)).toBe(phone);
});

test.each([
  ['612 345 678', null],
  ['612 345 678', 'XX'],
  ['112', 'ES'],
  ['61234567', 'ES'],
  ['+34 012 345 678', null],
  ['+999 612 345 678', null],
  ['612 345 678 ext 5', 'ES'],
  ['call 612 345 678', 'ES'],
  ['', 'ES'],
  ['1'.repeat(40), 'ES'],
])('%s in %s cannot be dialled', (typed, country) => {
  expect(readPhone(typed, country)).toBeUndefined();
});

test('the digits of a part of a number', () => {
  expect(digitsOf('+34 (612) 345-678')).toBe('34612345678');
  expect(digitsOf('５６７８')).toBe('5678');
});
