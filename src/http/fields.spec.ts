import 'reflect-metadata';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isCommonPassword } from '../config/common-passwords.js';
import { NewPasswordField } from './fields.js';
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
  test('is any text of 8 to 256 characters that is not common', () => {
    const text = fc.string({ unit: 'binary', minLength: 8, maxLength: 256 });
    fc.assert(
      fc.property(text, (password) => {
        fc.pre(!isCommonPassword(password));
        expect(faultOf(password)).toBeUndefined();
      }),
    );
  });

  test.each(['12345678', '00000000', '7 chars', 'x'.repeat(257), '😀'.repeat(7), 12345678])(
    'is not %j',
    (password) => {
      expect(faultOf(password)).toBe(
        'password must have 8 to 256 characters and not be one of the most common passwords',
      );
    },
  );

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
