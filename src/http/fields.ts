import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { IsDefined, isIn, ValidateBy, ValidateIf } from 'class-validator';
import { LONGEST_ADDRESS, readAddress } from '../config/mail-address.js';
import { isCalendarDate } from '../time/clinic-time.js';
import { END_TIME, WALL_TIME } from '../time/wall-time.js';
import { EXAMPLE_DATE } from '../time/example-date.js';
import { registerTransform } from './shape.js';

/**
 * Decorators for the fields of requests. Each one checks the value, has one message for people, and documents the field
 * in OpenAPI. Nothing is coerced, except numbers and booleans in paths and queries (`FromText`), which arrive as text.
 */

export interface FieldOptions {
  readonly optional?: boolean;
  readonly description?: string;
  readonly example?: unknown;
  /**
   * The value of an absent parameter. Not for bodies: generated clients would send it in a PATCH, or require the field.
   */
  readonly default?: unknown;
}

/** What is wrong with a value; the name of the field is put before it. */
type Message = string | ((value: unknown) => string);

/**
 * A character that leaves ink: a letter, digit, punctuation mark or symbol, but no filler, variation selector or
 * Braille blank.
 */
const VISIBLE = /(?![\p{Default_Ignorable_Code_Point}\u2800])[\p{L}\p{N}\p{P}\p{S}]/u;
/** Control, format, private-use, unassigned and surrogate characters, except the two joiners. */
const HIDDEN = /(?![\u200c\u200d])\p{C}/u;

const TOKEN = /^[\w-]{1,200}$/;
const CODE = /^[0-9]{6}$/;

/** The largest id, version or count that a database column (INT UNSIGNED) can hold. */
export const LARGEST_ID = 4_294_967_295;

export const DATE_PATTERN = '^[1-9]\\d{3}-\\d{2}-\\d{2}$';

/** The id of a resource. */
export function IdField(options: FieldOptions = {}): PropertyDecorator {
  return field(
    options,
    { type: 'integer', minimum: 1, maximum: LARGEST_ID, example: 1 },
    'must be a whole number of at least 1',
    (value) => isWholeNumber(value, 1, LARGEST_ID),
  );
}

/** A calendar date, YYYY-MM-DD. */
export function DateField(options: FieldOptions = {}): PropertyDecorator {
  const message = 'must be a date of the calendar, written YYYY-MM-DD';
  return field(
    options,
    { type: 'string', format: 'date', pattern: DATE_PATTERN, example: EXAMPLE_DATE },
    message,
    (value) => typeof value === 'string' && isCalendarDate(value),
  );
}

/** A wall time, HH:MM, 24 hours. */
export function TimeField(options: FieldOptions = {}): PropertyDecorator {
  const message = 'must be a time of day between 00:00 and 23:59, written HH:MM';
  return field(
    options,
    { type: 'string', pattern: WALL_TIME.source, example: '10:00' },
    message,
    (value) => typeof value === 'string' && WALL_TIME.test(value),
  );
}

/** A date and a wall time, YYYY-MM-DDTHH:MM. */
export function WallStartField(options: FieldOptions = {}): PropertyDecorator {
  const isValid = (value: unknown): boolean => {
    if (typeof value !== 'string' || value.length !== 16 || value[10] !== 'T') return false;
    return isCalendarDate(value.slice(0, 10)) && WALL_TIME.test(value.slice(11));
  };
  const message = 'must be a date and a time of day, written YYYY-MM-DDTHH:MM';
  return field(
    options,
    { type: 'string', pattern: '^[1-9]\\d{3}-\\d{2}-\\d{2}T([01]\\d|2[0-3]):[0-5]\\d$' },
    message,
    isValid,
  );
}

/** The end of a time range within a day, HH:MM, 24 hours; 24:00 is the end of the day. */
export function EndTimeField(options: FieldOptions = {}): PropertyDecorator {
  const message = 'must be a time of day between 00:01 and 24:00, written HH:MM';
  return field(
    options,
    { type: 'string', pattern: END_TIME.source, example: '17:00' },
    message,
    (value) => typeof value === 'string' && END_TIME.test(value) && value !== '00:00',
  );
}

/** Minutes from 1 to 480. */
export function DurationField(options: FieldOptions = {}): PropertyDecorator {
  const schema = {
    type: 'integer',
    minimum: 1,
    maximum: 480,
    example: 30,
  };
  return field(options, schema, 'must be a whole number of minutes from 1 to 480', (value) =>
    isWholeNumber(value, 1, 480),
  );
}

/** A whole number between two bounds. */
export function IntegerField(
  minimum: number,
  maximum: number,
  options: FieldOptions = {},
): PropertyDecorator {
  const message = `must be a whole number from ${minimum} to ${maximum}`;
  return field(options, { type: 'integer', minimum, maximum }, message, (value) =>
    isWholeNumber(value, minimum, maximum),
  );
}

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

/** A token that this service issued. */
export function TokenField(options: FieldOptions = {}): PropertyDecorator {
  const schema = { type: 'string', pattern: TOKEN.source };
  const message = 'must be 1 to 200 letters, digits, hyphens and underscores';
  return field(options, schema, message, (value) => typeof value === 'string' && TOKEN.test(value));
}

/** The six digits that an authenticator shows. */
export function CodeField(options: FieldOptions = {}): PropertyDecorator {
  // Without an example if optional: most accounts have no second factor.
  const schema = { type: 'string', pattern: CODE.source, ...(!options.optional && { example: '492039' }) };
  return field(
    options,
    schema,
    'must be six digits, as a text',
    (value) => typeof value === 'string' && CODE.test(value),
  );
}

/**
 * A line of text for people, such as a name, in NFC. Refuses invisible characters, except the joiners that Persian,
 * Sinhala, Hindi and emoji need, and characters that could break a header or become markup.
 */
export function LineField(longest: number, options: FieldOptions = {}): PropertyDecorator {
  const message = `must be a text of 1 to ${longest} characters that can be seen, in one line and without < or >`;
  // Bounded before it is normalised. NFC makes a text up to three times shorter.
  const compose = (value: unknown): unknown =>
    typeof value === 'string' && value.length <= 8 * longest ? value.normalize('NFC') : value;
  return applyDecorators(
    (prototype: object, name: string | symbol) => registerTransform(prototype, name as string, compose),
    field(
      options,
      { type: 'string', minLength: 1, maxLength: longest },
      message,
      (value) => typeof value === 'string' && value.length <= 8 * longest && isLine(value, longest),
    ),
  );
}

function isLine(text: string, longest: number): boolean {
  return (
    hasLength(text, 1, longest) && VISIBLE.test(text) && !/[<>\u2028\u2029]/.test(text) && !HIDDEN.test(text)
  );
}

/** One of a few words. */
export function ChoiceField(choices: readonly string[], options: FieldOptions = {}): PropertyDecorator {
  const message = `must be one of: ${choices.join(', ')}`;
  return field(options, { type: 'string', enum: [...choices] }, message, (value) =>
    isIn(value, [...choices]),
  );
}

/** true or false. */
export function BooleanField(options: FieldOptions = {}): PropertyDecorator {
  return field(options, { type: 'boolean' }, 'must be true or false', (value) => typeof value === 'boolean');
}

/** Marks a number or boolean of a path or query, which arrives as text. */
export function FromText(): PropertyDecorator {
  return (prototype, name) => registerTransform(prototype, name as string, fromText);
}

function fromText(value: unknown): unknown {
  if (value === 'true' || value === 'false') return value === 'true';
  return typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
}

/** Builds a field decorator. Exported for fields that have their own file. */
export function field(
  { optional = false, ...documented }: FieldOptions,
  schema: object,
  message: Message,
  validate: (value: unknown) => boolean,
): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ ...schema, ...documented, required: !optional }),
    optional
      ? ValidateIf((_, value) => value !== undefined)
      : IsDefined({ message: '$property is required' }),
    Holding(message, validate),
  );
}

/** A condition that a field's value must satisfy. */
export function Holding(message: Message, validate: (value: unknown) => boolean): PropertyDecorator {
  const text = (value: unknown): string => (typeof message === 'string' ? message : message(value));
  return ValidateBy({
    name: text(undefined),
    validator: { validate, defaultMessage: (args) => `${args?.property} ${text(args?.value)}` },
  });
}

function isWholeNumber(value: unknown, minimum: number, maximum: number): boolean {
  return Number.isInteger(value) && (value as number) >= minimum && (value as number) <= maximum;
}

/** Whether a text has that many characters (code points, not UTF-16 units). */
export function hasLength(text: string, shortest: number, longest: number): boolean {
  // A character takes one UTF-16 unit or two. A text that is certainly too long is not counted.
  if (text.length > 2 * longest) return false;
  const characters = [...text].length;
  return characters >= shortest && characters <= longest;
}
