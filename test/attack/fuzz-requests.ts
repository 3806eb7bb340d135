import fc from 'fast-check';
import type { Document, Operation } from '../support/openapi.js';
import { bodyOf } from './fuzz-bodies.js';
import { urlOf } from './fuzz-urls.js';
import type { Validity } from './fuzz-values.js';
import type { Role } from './target.js';

/** A generated request. */
export interface FuzzedRequest {
  readonly operation: Operation;
  readonly as: Role | 'visitor';
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | undefined;
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
  ['if-match', ['*', '"1"', '"9"', 'W/"1"', '', ',', '"'.repeat(4_000)]],
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

const ACTORS: readonly FuzzedRequest['as'][] = [
  'visitor',
  'user',
  'user',
  'doctor',
  'doctor',
  'staff',
  'staff',
  'admin',
  'admin',
];

/** Methods that the API document does not mention. */
const ODD_METHODS = ['HEAD', 'OPTIONS', 'PUT', 'TRACE', 'PROPFIND'];

function withValidity(
  operation: Operation,
  document: Document,
  validity: Validity,
): fc.Arbitrary<FuzzedRequest> {
  const documented = fc.constant(operation.method);
  const method = fc.oneof(
    { weight: 30, arbitrary: documented },
    { weight: 1, arbitrary: fc.constantFrom(...ODD_METHODS) },
  );
  return fc
    .record({
      as: fc.constantFrom(...ACTORS),
      method: validity === 'valid' ? documented : method,
      path: urlOf(operation, document, validity),
      odd: validity === 'valid' ? fc.constant({}) : oddHeaders,
      sent: bodyOf(operation, document, validity),
    })
    .map(({ odd, sent: { body, headers }, ...rest }) => ({
      ...rest,
      operation,
      headers: { ...headers, ...odd },
      body,
    }));
}

/** Requests for one operation by all kinds of actors. Valid ones are included, to reach the code behind validation. */
export function requestsFor(operation: Operation, document: Document): fc.Arbitrary<FuzzedRequest> {
  return fc.oneof(
    { weight: 1, arbitrary: withValidity(operation, document, 'valid') },
    { weight: 2, arbitrary: withValidity(operation, document, 'mixed') },
  );
}
