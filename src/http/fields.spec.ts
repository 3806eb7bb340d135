import 'reflect-metadata';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EmailField } from './text-fields.js';
import { NewPasswordField } from '../auth/passwords/password-fields.js';
import { StrictValidationPipe } from './validation.pipe.js';

class NewPassword {
  @NewPasswordField()
  password!: string;
}

/** The error message for a password; undefined if it is valid. */
function messageFor(password: unknown): string | undefined {
  try {
    new StrictValidationPipe().transform({ password }, { type: 'body', metatype: NewPassword });
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

describe('a new password', () => {
  test('may be any text of 8 to 256 characters', () => {
    const text = fc.string({ unit: 'binary', minLength: 8, maxLength: 256 });
    fc.assert(
      fc.property(text, (password) => {
        const normalized = password.normalize('NFKC');
        fc.pre([...normalized].length >= 8);
        expect(messageFor(password)).toBeUndefined();
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
  ])('cannot be %j', (password) => {
    expect(messageFor(password)).toBe(
      'password must have 8 to 256 characters and not be one of the most common passwords',
    );
  });

  test.each(['\ud800'.repeat(8), 'long enough \udc00', '\ude00\ud83d in the wrong order'])(
    'cannot contain a lone surrogate: %j',
    (password) => {
      expect(messageFor(password)).toBe('password must not contain a lone surrogate (half of a character)');
    },
  );

  test('is required', () => {
    expect(messageFor(undefined)).toBe('password is required');
  });
});

class Address {
  @EmailField()
  email!: string;
}

describe('an email address', () => {
  const isAccepted = (email: string): boolean => {
    try {
      new StrictValidationPipe().transform({ email }, { type: 'body', metatype: Address });
      return true;
    } catch {
      return false;
    }
  };
  test.each(['ada@people.example', "o'neill+clinic@people.example", 'jösé@people.example'])(
    'can be %s',
    (email) => expect(isAccepted(email)).toBe(true),
  );
  test.each([
    '"a\r\nBcc: x@evil.example"@people.example',
    '"a\u0001b"@people.example',
    '"<img src=x>"@people.example',
    'a\u202Eb@people.example',
    'a\u00ADb@people.example',
    'a\u2028b@people.example',
    'a b@people.example',
  ])('cannot be %j', (email) => expect(isAccepted(email)).toBe(false));
});
