import fc from 'fast-check';
import type { Document, Operation, Schema } from '../support/openapi.js';
import { hostileText, objectOf, valueOf } from './fuzz-values.js';
import type { Role } from './target.js';

/** A request as it goes out. */
export interface FuzzedRequest {
  readonly operation: Operation;
  readonly as: Role | 'nobody';
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | undefined;
}

/** Stands for the id of what the caller made last. */
export const OWN = '~own~';

/** Escapes that decode to nothing, to too much, or to what was not meant. */
const ESCAPES = [
  '%',
  '%zz',
  '%00',
  '%ff',
  '%c0%af',
  '%ed%a0%80',
  '%2e%2e%2f',
  '%25',
  '%0d%0aX:1',
  '+',
  '%F0%9F%A9%BA',
];

/** Half a surrogate pair has no escape; cut off in the middle of one, it is one more of the odd ones. */
const inEscapes = (text: string): string =>
  encodeURIComponent(text.replace(/\p{Cs}/gu, '\uFFFD')).slice(0, 4_000);

const escaped: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...ESCAPES),
  hostileText.map((text) => inEscapes(text)),
);

function inUrl(schema: Schema | undefined, document: Document): fc.Arbitrary<string> {
  const meant = valueOf(schema ?? {}, document).map((value) =>
    inEscapes(typeof value === 'string' ? value : JSON.stringify(value)),
  );
  return fc.oneof({ weight: 4, arbitrary: meant }, { weight: 1, arbitrary: escaped });
}

function pathOf(operation: Operation, document: Document): fc.Arbitrary<string> {
  const given = (operation.parameters ?? []).filter(({ in: where }) => where === 'path');
  return fc
    .tuple(
      ...given.map(({ schema }) =>
        fc.oneof(fc.integer({ min: 1, max: 60 }).map(String), fc.constant(OWN), inUrl(schema, document)),
      ),
    )
    .map((values) =>
      given.reduce((path, { name }, index) => path.replace(`{${name}}`, values[index]!), operation.path),
    );
}

function queryOf(operation: Operation, document: Document): fc.Arbitrary<string> {
  const given = (operation.parameters ?? []).filter(({ in: where }) => where === 'query');
  const pairs = given.map(({ name, schema }) =>
    fc
      .tuple(fc.constantFrom(0, 1, 1, 1, 1, 2), inUrl(schema, document))
      .map(([times, value]) => Array<string>(times).fill(`${name}=${value}`)),
  );
  const odd = fc.tuple(
    fc.constantFrom('x', '__proto__', 'constructor', 'limit[]', 'after.x', '', '%00'),
    escaped,
  );
  const extra = fc.oneof(
    { weight: 8, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: odd.map(([name, value]) => [`${name}=${value}`]) },
  );
  return fc.tuple(...pairs, extra).map((parts) => parts.flat().join('&'));
}

const HEADERS: readonly (readonly [string, readonly string[]])[] = [
  ['idempotency-key', ['', 'a', 'a'.repeat(255), 'a'.repeat(256), '{"a":1}', 'é']],
  ['accept', ['text/html', '*/*;q=0', 'x'.repeat(3_000)]],
  ['accept-encoding', ['br;q=1.0, gzip;q=0', 'nonsense']],
  ['x-request-id', ['x'.repeat(65), '../..', "'"]],
  ['origin', ['null', 'https://evil.example']],
  ['authorization', ['Bearer', 'Bearer x', 'Basic Og==', 'Bearer a.b.c', `Bearer ${'x'.repeat(4_000)}`]],
  ['range', ['bytes=0-0']],
  ['if-none-match', ['*']],
];

const oddHeaders: fc.Arbitrary<Record<string, string>> = fc.oneof(
  { weight: 5, arbitrary: fc.constant({}) },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom(...HEADERS)
      .chain(([name, values]) => fc.constantFrom(...values).map((value) => ({ [name]: value }))),
  },
);

interface Body {
  readonly body: Buffer | undefined;
  readonly headers: Record<string, string>;
}

const json = (body: Buffer | string, type = 'application/json'): Body => ({
  body: Buffer.from(body as string),
  headers: { 'content-type': type },
});

/** Bodies that are no JSON, or none that anybody should send. */
const SPOILED: readonly Body[] = [
  json(''),
  json('{'),
  json('[]'),
  json('null'),
  json('"text"'),
  json('{"email":"a@b.example","email":"c@d.example"}'),
  json('{"__proto__":{"role":"admin"}}'),
  json('\ufeff{}'),
  json(Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])),
  json('['.repeat(20_000)),
  json(`{"x":"${'a'.repeat(70_000)}"}`),
  json(`{"x":"${'a'.repeat(60_000)}"}`),
  json('{}', 'text/plain'),
  json('a=1', 'application/x-www-form-urlencoded'),
  json('{}', 'application/json; charset=utf-16'),
  json('{}', 'application/json;;;'),
  json('{}', 'x'),
  { body: Buffer.from('{}'), headers: {} },
  { body: undefined, headers: { 'content-type': 'application/json' } },
  { body: undefined, headers: {} },
];

function bodyOf(operation: Operation, document: Document): fc.Arbitrary<Body> {
  const schema = operation.requestBody?.content['application/json']?.schema;
  if (!schema)
    return fc.oneof(
      { weight: 9, arbitrary: fc.constant({ body: undefined, headers: {} }) },
      { weight: 1, arbitrary: fc.constantFrom(...SPOILED) },
    );
  const meant = objectOf(schema, document).map((value) => json(JSON.stringify(value)));
  return fc.oneof({ weight: 6, arbitrary: meant }, { weight: 1, arbitrary: fc.constantFrom(...SPOILED) });
}

/** Requests for one operation, by everybody. */
export function requestsFor(operation: Operation, document: Document): fc.Arbitrary<FuzzedRequest> {
  const as = fc.constantFrom<FuzzedRequest['as'][]>(
    'nobody',
    'user',
    'user',
    'doctor',
    'doctor',
    'admin',
    'admin',
  );
  const method = fc.oneof(
    { weight: 30, arbitrary: fc.constant(operation.method) },
    { weight: 1, arbitrary: fc.constantFrom('HEAD', 'OPTIONS', 'PUT', 'TRACE', 'PROPFIND') },
  );
  const query = queryOf(operation, document);
  return fc
    .tuple(as, method, pathOf(operation, document), query, oddHeaders, bodyOf(operation, document))
    .map(([as, method, path, query, odd, { body, headers }]) => ({
      operation,
      as,
      method,
      path: query === '' ? path : `${path}?${query}`,
      headers: { ...headers, ...odd },
      body,
    }));
}
