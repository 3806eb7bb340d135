import fc from 'fast-check';
import type { Document, Schema } from '../support/openapi.js';
import { NEWCOMER_PASSWORD } from './target.js';

/** Texts that have broken other software. */
const TEXTS = [
  '',
  ' ',
  '\0',
  'a\0b',
  '\r\nX-Injected: 1',
  '\u2028',
  '\u202e',
  '\ufeff',
  '\ud800',
  'é'.normalize('NFD'),
  '👩‍⚕️',
  'ﷺ'.repeat(20),
  '<script>alert(1)</script>',
  "' OR '1'='1",
  '1; DROP TABLE bookings -- ',
  '{{7*7}}',
  '${7*7}',
  '../../../etc/passwd',
  'null',
  'undefined',
  'NaN',
  'true',
  '[object Object]',
  '1e309',
  '-0',
  '0x10',
  '١٢',
  '9'.repeat(400),
  'a'.repeat(5_000),
  '2027-02-31',
  '2027-13-01',
  '0000-00-00',
  '+010000-01-01',
  '9999-12-31',
  '24:00',
  '23:59:60',
  '25:99',
  'x@y.z',
  `${'a'.repeat(300)}@people.example`,
  '"quoted name"@people.example',
  NEWCOMER_PASSWORD,
];

const NUMBERS = [
  0,
  -1,
  1,
  1.5,
  -0,
  480,
  481,
  2 ** 31,
  2 ** 32 - 1,
  2 ** 32,
  2 ** 53,
  1e21,
  1e308,
  -(2 ** 63),
];

export const hostileText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...TEXTS),
  fc.string({ unit: 'binary', maxLength: 40 }),
);

/** Any JSON value, including deeply nested ones. */
const hostile: fc.Arbitrary<unknown> = fc.oneof(
  hostileText,
  fc.constantFrom<unknown>(...NUMBERS),
  fc.constantFrom<unknown>(true, false, null, [], {}, [[]], [null], { $ne: 1 }, { length: -1 }),
  fc.constantFrom<unknown>({ constructor: { prototype: { role: 'admin' } } }, { toString: 1, valueOf: 1 }),
  fc.integer({ min: 10, max: 2_000 }).map(deep),
  fc.jsonValue({ maxDepth: 3 }),
);

function deep(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level += 1) value = level % 2 ? [value] : { a: value };
  return value;
}

/** Whether all values of a request are valid, or only most of them. */
export type Validity = 'valid' | 'mixed';

/** Values that a schema describes; with `mixed`, sometimes hostile ones. */
export function valueOf(schema: Schema, document: Document, validity: Validity): fc.Arbitrary<unknown> {
  const described = validValue(document.resolve(schema), document, validity);
  if (validity === 'valid') return described;
  return fc.oneof({ weight: 4, arbitrary: described }, { weight: 1, arbitrary: hostile });
}

type Bounded = Schema & { minimum?: number; maximum?: number; format?: string; pattern?: string };

function validValue(schema: Bounded, document: Document, validity: Validity): fc.Arbitrary<unknown> {
  const { type, enum: choices, example, properties, oneOf } = schema;
  const shown = example === undefined ? [] : [fc.constant<unknown>(example)];
  if (properties) return objectOf(schema, document, validity);
  if (oneOf) return fc.oneof(...oneOf.map((each) => validValue(document.resolve(each), document, validity)));
  if (choices) return fc.constantFrom<unknown>(...choices);
  if (type === 'integer' || type === 'number') return numberOf(schema, validity);
  if (type === 'boolean') return fc.boolean();
  const texts = textOf(schema);
  if (validity === 'valid' && texts.length + shown.length > 0) return fc.oneof(...shown, ...texts);
  return fc.oneof(...shown, ...texts, fc.string({ minLength: 1, maxLength: 20 }));
}

/** Mostly small numbers, because those are existing ids; with `mixed`, also both sides of the bounds. */
function numberOf({ minimum = 0, maximum = 1_000 }: Bounded, validity: Validity): fc.Arbitrary<number> {
  const small = fc.integer({ min: minimum, max: Math.min(maximum, minimum + 60) });
  const any = fc.integer({ min: minimum, max: maximum });
  if (validity === 'valid') return fc.oneof(small, small, any);
  return fc.oneof(small, any, fc.constantFrom(minimum, maximum, minimum - 1, maximum + 1));
}

function textOf({ format, pattern }: Bounded): fc.Arbitrary<string>[] {
  if (format === 'email') return [fc.emailAddress()];
  if (format === 'password') return [fc.constant(NEWCOMER_PASSWORD)];
  if (format === 'date') return [dates(-400, 800), dates(1, 60), dates(1, 60)];
  return pattern === undefined ? [] : [fc.stringMatching(new RegExp(pattern))];
}

/** Dates between `from` and `to` days from now. Those of the near future can be booked. */
function dates(from: number, to: number): fc.Arbitrary<string> {
  return fc.integer({ min: from, max: to }).map((days) => {
    const date = new Date(performance.timeOrigin + days * 86_400_000);
    return date.toISOString().slice(0, 10);
  });
}

/** Objects of a schema; with `mixed`, fields may be missing and unknown ones may be added. */
export function objectOf(
  schema: Schema,
  document: Document,
  validity: Validity,
): fc.Arbitrary<Record<string, unknown>> {
  const { properties = {}, required = [] } = document.resolve(schema);
  const fields = Object.entries(properties);
  const known = fc.record(
    Object.fromEntries(fields.map(([name, field]) => [name, valueOf(field, document, validity)])),
  );
  const names = fields.map(([name]) => name);
  const optional = fc.subarray(names.filter((name) => !required.includes(name)));
  if (validity === 'valid') return fc.tuple(known, optional).map(([all, without]) => omit(all, without));
  const missing = fc.oneof({ weight: 4, arbitrary: optional }, { weight: 1, arbitrary: fc.subarray(names) });
  return fc
    .tuple(known, missing, extraFields)
    .map(([all, without, more]) => ({ ...omit(all, without), ...more }));
}

const extraFields = fc.oneof(
  { weight: 6, arbitrary: fc.constant({}) },
  {
    weight: 1,
    arbitrary: fc.dictionary(
      fc.constantFrom('__proto__', 'constructor', 'prototype', 'toString', 'role', 'id', 'x', '', '\0'),
      hostile,
      { maxKeys: 2 },
    ),
  },
);

function omit(all: Record<string, unknown>, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(all).filter(([name]) => !names.includes(name)));
}
