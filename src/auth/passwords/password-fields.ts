import { applyDecorators } from '@nestjs/common';
import { EXAMPLE_PASSWORD } from '../../http/example-password.js';
import { field, type FieldOptions, hasLength, Satisfies } from '../../http/fields.js';
import { NEW_PASSWORD_RULE } from '../../http/password-checker.js';
import { markAsNewPassword } from '../../http/shape.js';
import { normalizePassword } from './normalize-password.js';

/**
 * A new password: 8 to 256 characters of any kind, none of which is ignored. Lone surrogates are refused, because all
 * of them are the same once encoded. `NewPasswords` refuses common passwords later, off the event loop.
 */
export function NewPasswordField(options: FieldOptions = {}): PropertyDecorator {
  const schema = {
    type: 'string',
    format: 'password',
    minLength: 8,
    maxLength: 256,
    example: EXAMPLE_PASSWORD,
  };
  return applyDecorators(
    (prototype: object, name: string | symbol) => markAsNewPassword(prototype, name as string),
    Satisfies('must not contain a lone surrogate (half of a character)', isWellFormed),
    field(
      options,
      schema,
      NEW_PASSWORD_RULE,
      (value) =>
        typeof value === 'string' &&
        hasLength(value, 8, 256) &&
        hasLength(normalizePassword(value) ?? '', 8, Infinity),
    ),
  );
}

/** A password to check, such as at log-in: any text. A text longer than any password is a wrong password. */
export function PasswordField(options: FieldOptions = {}): PropertyDecorator {
  return field(
    options,
    { type: 'string', format: 'password' },
    'must be a text',
    (value) => typeof value === 'string',
  );
}

function isWellFormed(value: unknown): boolean {
  return typeof value !== 'string' || !/\p{Surrogate}/u.test(value);
}
