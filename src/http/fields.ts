import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { IsDefined, isIn, ValidateBy, ValidateIf } from 'class-validator';
import { registerTransform } from './shape.js';

/**
 * Decorators for the fields of requests. Each one checks the value, has one message for people, and documents the field
 * in OpenAPI. Nothing is coerced, except numbers and booleans in paths and queries (`FromText`), which arrive as text.
 */

export interface FieldOptions {
  readonly optional?: boolean;
  /** Whether null is a value, which clears the field. */
  readonly nullable?: boolean;
  readonly description?: string;
  readonly example?: unknown;
  /**
   * The value of an absent parameter. Not for bodies: generated clients would send it in a PATCH, or require the field.
   */
  readonly default?: unknown;
}

/** What is wrong with a value; the name of the field is put before it. */
type Message = string | ((value: unknown) => string);

const TOKEN = /^[\w-]{1,200}$/;
const CODE = /^[0-9]{6}$/;

/** The largest id, version or count that a database column (INT UNSIGNED) can hold. */
export const LARGEST_ID = 4_294_967_295;

/** The id of a resource. */
export function IdField(options: FieldOptions = {}): PropertyDecorator {
  return field(
    options,
    { type: 'integer', minimum: 1, maximum: LARGEST_ID, example: 1 },
    'must be a whole number of at least 1',
    (value) => isWholeNumber(value, 1, LARGEST_ID),
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

/** One of a few words. */
export function ChoiceField(choices: readonly string[], options: FieldOptions = {}): PropertyDecorator {
  const message = `must be one of: ${choices.join(', ')}`;
  const values = options.nullable ? [...choices, null] : [...choices];
  return field(options, { type: 'string', enum: values }, message, (value) => isIn(value, [...choices]));
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
  { optional = false, nullable, ...documented }: FieldOptions,
  schema: object,
  message: Message,
  validate: (value: unknown) => boolean,
): PropertyDecorator {
  // The schema of an object has a `required` of its own: the names of its properties.
  const presence = 'required' in schema ? { selfRequired: !optional } : { required: !optional };
  return applyDecorators(
    ApiProperty({ ...schema, ...documented, ...(nullable && { nullable }), ...presence }),
    optional
      ? ValidateIf((_, value) => value !== undefined)
      : IsDefined({ message: '$property is required' }),
    Satisfies(message, nullable ? (value) => value === null || validate(value) : validate),
  );
}

/** A condition that a field's value must satisfy. */
export function Satisfies(message: Message, validate: (value: unknown) => boolean): PropertyDecorator {
  const text = (value: unknown): string => (typeof message === 'string' ? message : message(value));
  return ValidateBy({
    name: text(undefined),
    validator: { validate, defaultMessage: (args) => `${args?.property} ${text(args?.value)}` },
  });
}

/** Whether a value is an integer between two bounds. */
export function isWholeNumber(value: unknown, minimum: number, maximum: number): boolean {
  return Number.isInteger(value) && (value as number) >= minimum && (value as number) <= maximum;
}

/** Whether a text has that many characters (code points, not UTF-16 units). */
export function hasLength(text: string, shortest: number, longest: number): boolean {
  // A character takes one UTF-16 unit or two. A text that is certainly too long is not counted.
  if (text.length > 2 * longest) return false;
  const characters = [...text].length;
  return characters >= shortest && characters <= longest;
}
