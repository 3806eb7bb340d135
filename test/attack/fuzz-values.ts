import fc from 'fast-check';
import type { Document, Schema } from '../support/openapi.js';

/** Texts that have broken somebody. */
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
  'a password of a newcomer',
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

/** Anything that JSON can say, and some that go deep. */
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

/** What a schema describes, most of the time; sometimes what it does not. */
export function valueOf(schema: Schema, document: Document): fc.Arbitrary<unknown> {
  return fc.oneof(
    { weight: 4, arbitrary: valid(document.resolve(schema), document) },
    { weight: 1, arbitrary: hostile },
  );
}

function valid(
  schema: Schema & { minimum?: number; maximum?: number; format?: string },
  document: Document,
): fc.Arbitrary<unknown> {
  const { type, enum: choices, example, properties, minimum = 0, maximum = 1_000 } = schema;
  const shown = example === undefined ? [] : [fc.constant<unknown>(example)];
  if (properties) return objectOf(schema, document);
  if (choices) return fc.constantFrom<unknown>(...choices);
  if (type === 'integer' || type === 'number') {
    return fc.oneof(
      ...shown,
      fc.integer({ min: minimum, max: maximum }),
      fc.constantFrom(minimum, maximum, maximum + 1),
    );
  }
  if (type === 'boolean') return fc.boolean();
  return fc.oneof(...shown, ...textOf(schema.format), fc.string({ maxLength: 20 }));
}

function textOf(format: string | undefined): fc.Arbitrary<string>[] {
  if (format === 'email') return [fc.emailAddress()];
  if (format !== 'date') return [];
  const [min, max] = [new Date('2020-01-01'), new Date('2030-01-01')];
  return [fc.date({ min, max, noInvalidDate: true }).map((date) => date.toISOString().slice(0, 10))];
}

/** The fields of a schema, some of them missing, and now and then one that nobody knows. */
export function objectOf(schema: Schema, document: Document): fc.Arbitrary<Record<string, unknown>> {
  const fields = Object.entries(document.resolve(schema).properties ?? {});
  const known = fc.record(
    Object.fromEntries(fields.map(([name, field]) => [name, valueOf(field, document)])),
  );
  const missing = fc.oneof(
    { weight: 4, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.subarray(fields.map(([name]) => name)) },
  );
  const name = fc.constantFrom(
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    'role',
    'id',
    'x',
    '',
    '\0',
  );
  const extra = fc.oneof(
    { weight: 6, arbitrary: fc.constant({}) },
    { weight: 1, arbitrary: fc.dictionary(name, hostile, { maxKeys: 2 }) },
  );
  return fc.tuple(known, missing, extra).map(([all, without, more]) => {
    const kept = Object.entries(all).filter(([key]) => !(without as string[]).includes(key));
    return Object.fromEntries([...kept, ...Object.entries(more)]);
  });
}
