import 'reflect-metadata';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EmailField } from './fields.js';
import { NewPasswordField } from '../auth/passwords/password-fields.js';
import { StrictValidationPipe } from './validation.pipe.js';

class NewPassword {
  @NewPasswordField()
  password!: string;
}

/** What is wrong with a password, in words. */
function faultOf(password: unknown): string | undefined {
  try {
    new StrictValidationPipe().transform({ password }, { type: 'body', metatype: NewPassword });
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

describe('a new password', () => {
  test('is any text of 8 to 256 characters', () => {
    const text = fc.string({ unit: 'binary', minLength: 8, maxLength: 256 });
    fc.assert(
      fc.property(text, (password) => {
        const kept = password.normalize('NFKC');
        fc.pre([...kept].length >= 8);
        expect(faultOf(password)).toBeUndefined();
      }),
    );
  });

  test.each([
    '7 chars',
    'x'.repeat(257),
    '😀'.repeat(7),
    'e\u0301'.repeat(4),
    12345678,
    '\u0316\u0301'.repeat(16_000),
  ])('is not %j', (password) => {
    expect(faultOf(password)).toBe(
      'password must have 8 to 256 characters and not be one of the most common passwords',
    );
  });

  test.each(['\ud800'.repeat(8), 'long enough \udc00', '\ude00\ud83d in the wrong order'])(
    'has no half of a character: %j',
    (password) => {
      expect(faultOf(password)).toBe(
        'password must have no half of a character (a surrogate without the other)',
      );
    },
  );

  test('is there', () => {
    expect(faultOf(undefined)).toBe('password is required');
  });
});

class Address {
  @EmailField()
  email!: string;
}

describe('a mail address', () => {
  const isTaken = (email: string): boolean => {
    try {
      new StrictValidationPipe().transform({ email }, { type: 'body', metatype: Address });
      return true;
    } catch {
      return false;
    }
  };
  test.each(['ada@people.example', "o'neill+clinic@people.example", 'jösé@people.example'])(
    'is %s',
    (email) => expect(isTaken(email)).toBe(true),
  );
  test.each([
    '"a\r\nBcc: x@evil.example"@people.example',
    '"a\u0001b"@people.example',
    '"<img src=x>"@people.example',
    'a\u202Eb@people.example',
    'a\u00ADb@people.example',
    'a\u2028b@people.example',
    'a b@people.example',
  ])('is not %j', (email) => expect(isTaken(email)).toBe(false));
});
