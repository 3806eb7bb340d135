import { expect, test } from 'vitest';
import type { ClinicEnvironment } from './clinic.environment.js';
import { Keys } from './keys.js';

const keysOf = (JWT_SECRET: string) => new Keys({ JWT_SECRET } as ClinicEnvironment);

test('the first secret is the current key; the second one only reads existing data', () => {
  const keys = keysOf('new, former');
  expect([keys.current, keys.all]).toEqual(['new', ['new', 'former']]);
  expect(keys.hash('text')).toBe(keysOf('new').hash('text'));
  expect(keys.hashes('text')).toEqual([keysOf('new').hash('text'), keysOf('former').hash('text')]);
});

test('a secret may contain spaces', () => {
  expect(keysOf('one of four words').all).toEqual(['one of four words']);
});

test('find returns the result of the first key that has one, or undefined', () => {
  const keys = keysOf('new,former');
  expect(keys.firstResult((key) => (key === 'former' ? 7 : undefined))).toBe(7);
  expect(keys.firstResult((key) => key)).toBe('new');
  expect(keys.firstResult(() => undefined)).toBeUndefined();
});
