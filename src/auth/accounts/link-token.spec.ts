import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LINK_KINDS } from '../../outbox/notification-kind.js';
import { linkTokenOf, uidOfLink } from './link-token.js';

const SECRET = 'a secret that only these tests know';
const anyKind = fc.constantFrom(...LINK_KINDS);

test('a token contains its uid and is the same each time', () => {
  fc.assert(
    fc.property(fc.uuid(), anyKind, (uid, kind) => {
      const token = linkTokenOf(uid, kind, SECRET);
      expect(token).toMatch(/^[\w-]{64}$/);
      expect(linkTokenOf(uid, kind, SECRET)).toBe(token);
      expect(uidOfLink(token, kind, SECRET)).toBe(uid);
    }),
  );
});

test('a token is invalid with another secret or for another kind of link', () => {
  const token = linkTokenOf(randomUUID(), 'password_reset', SECRET);
  expect(uidOfLink(token, 'password_reset', 'another secret')).toBeUndefined();
  expect(uidOfLink(token, 'verify_address', SECRET)).toBeUndefined();
});

test('no altered token or other text is valid', () => {
  const token = linkTokenOf(randomUUID(), 'password_reset', SECRET);
  const character = fc.constantFrom(...'ABab01-_=+/ é');
  const spoiled = fc
    .tuple(fc.nat({ max: token.length }), fc.nat({ max: 2 }), fc.array(character, { maxLength: 2 }))
    .map(([at, cut, more]) => token.slice(0, at) + more.join('') + token.slice(at + cut))
    .filter((text) => text !== token);
  fc.assert(
    fc.property(fc.oneof(spoiled, fc.string()), (text) => {
      expect(uidOfLink(text, 'password_reset', SECRET)).toBeUndefined();
    }),
    { numRuns: 1000 },
  );
});
