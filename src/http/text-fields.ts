import { applyDecorators } from '@nestjs/common';
import { LONGEST_ADDRESS, readAddress } from '../config/mail-address.js';
import { field, type FieldOptions, hasLength } from './fields.js';
import { registerTransform } from './shape.js';

/** Decorators for texts in requests that are normalised before they are checked. */

/**
 * A character that leaves ink: a letter, digit, punctuation mark or symbol, but no filler, variation selector or
 * Braille blank.
 */
const VISIBLE = /(?![\p{Default_Ignorable_Code_Point}\u2800])[\p{L}\p{N}\p{P}\p{S}]/u;

/** Control, format, private-use, unassigned and surrogate characters, except the two joiners. */
const HIDDEN = /(?![\u200c\u200d])\p{C}/u;

/** An email address. Surrounding spaces are dropped; services get it in the form of `readAddress`. */
export function EmailField(options: FieldOptions = {}): PropertyDecorator {
  const normalize = (value: unknown): unknown =>
    typeof value === 'string' ? (readAddress(value) ?? value) : value;
  return applyDecorators(
    (prototype: object, name: string | symbol) => registerTransform(prototype, name as string, normalize),
    field(
      options,
      { type: 'string', format: 'email', maxLength: LONGEST_ADDRESS },
      'must be an email address',
      (value) => typeof value === 'string' && readAddress(value) === value,
    ),
  );
}

/**
 * A line of text for people, such as a name, in NFC and without surrounding spaces. Refuses invisible characters, except
 * the joiners that Persian, Sinhala, Hindi and emoji need, and characters that could break a header or become markup.
 */
export function LineField(longest: number, options: FieldOptions = {}): PropertyDecorator {
  const message = `must be a text of 1 to ${longest} characters that can be seen, in one line and without < or >`;
  return composed(longest, options, { minLength: 1, maxLength: longest }, message, (text) =>
    isLine(text, longest),
  );
}

/** A text that is put in NFC, without surrounding spaces, before it is checked. */
function composed(
  longest: number,
  options: FieldOptions,
  schema: object,
  message: string,
  validate: (text: string) => boolean,
): PropertyDecorator {
  return applyDecorators(
    (prototype: object, name: string | symbol) =>
      registerTransform(prototype, name as string, (value) => composeText(value, longest)),
    field(
      options,
      { type: 'string', ...schema },
      message,
      (value) => isBounded(value, longest) && validate(value),
    ),
  );
}

/** Bounds a text before it is normalised. NFC makes a text up to three times shorter. */
function isBounded(value: unknown, longest: number): value is string {
  return typeof value === 'string' && value.length <= 8 * longest;
}

/** A text in NFC, without surrounding spaces and line breaks; anything else stays as it is. */
export function composeText(value: unknown, longest: number): unknown {
  return isBounded(value, longest) ? value.normalize('NFC').trim() : value;
}

/** Whether a value that was composed is a text that `TextField` accepts. */
export function isText(value: unknown, shortest: number, longest: number): value is string {
  if (!isBounded(value, longest) || !hasLength(value, shortest, longest)) return false;
  return isLine(value.replaceAll(/\r?\n/g, ' '), longest);
}

/**
 * A text for people that may have several lines, in NFC and without surrounding spaces. Refuses what `LineField` does,
 * except for line breaks.
 */
export function TextField(shortest: number, longest: number, options: FieldOptions = {}): PropertyDecorator {
  const message = `must be a text of ${shortest} to ${longest} characters that can be seen, without < or >`;
  return composed(longest, options, { minLength: shortest, maxLength: longest }, message, (text) =>
    isText(text, shortest, longest),
  );
}

function isLine(text: string, longest: number): boolean {
  return (
    hasLength(text, 1, longest) && VISIBLE.test(text) && !/[<>\u2028\u2029]/.test(text) && !HIDDEN.test(text)
  );
}
