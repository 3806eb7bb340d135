import fc from 'fast-check';
import type { Document, Operation, Schema } from '../support/openapi.js';
import { hostileText, type Validity, valueOf } from './fuzz-values.js';

/** Placeholder for the id of the resource that the actor created last. */
export const OWN_ID = '~own~';

/** Escapes that are invalid, or decode to something unexpected. */
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

/** Replaces lone surrogates, which have no escape. It may cut an escape in half, which is one more odd input. */
const inEscapes = (text: string): string =>
  encodeURIComponent(text.replace(/\p{Cs}/gu, '\uFFFD')).slice(0, 4_000);

const escaped: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...ESCAPES),
  hostileText.map((text) => inEscapes(text)),
);

function inUrl(schema: Schema, document: Document, validity: Validity): fc.Arbitrary<string> {
  const valid = valueOf(schema, document, validity).map((value) =>
    inEscapes(typeof value === 'string' ? value : JSON.stringify(value)),
  );
  if (validity === 'valid') return valid;
  return fc.oneof({ weight: 4, arbitrary: valid }, { weight: 1, arbitrary: escaped });
}

function pathOf({ path, parameters = [] }: Operation, document: Document, validity: Validity) {
  const inPath = parameters.filter(({ in: where }) => where === 'path');
  const values = inPath.map(({ schema }) => {
    const ids = fc.oneof(fc.integer({ min: 1, max: 60 }).map(String), fc.constant(OWN_ID));
    return validity === 'valid' ? ids : fc.oneof(ids, ids, inUrl(schema ?? {}, document, validity));
  });
  return fc
    .tuple(...values)
    .map((all) => inPath.reduce((text, { name }, at) => text.replace(`{${name}}`, () => all[at]!), path));
}

const oddQuery = fc.tuple(
  fc.constantFrom('x', '__proto__', 'constructor', 'limit[]', 'after.x', 'x'.repeat(500), '', '%00', '%'),
  escaped,
);

function queryOf({ parameters = [] }: Operation, document: Document, validity: Validity) {
  const times = validity === 'valid' ? [0, 1] : [0, 1, 1, 1, 2];
  const pairs = parameters
    .filter(({ in: where }) => where === 'query')
    .map(({ name, schema, required }) =>
      fc
        .tuple(
          required && validity === 'valid' ? fc.constant(1) : fc.constantFrom(...times),
          inUrl(schema ?? {}, document, validity),
        )
        .map(([often, value]) => Array<string>(often).fill(`${name}=${value}`)),
    );
  const none = fc.constant<string[]>([]);
  const odd = oddQuery.map(([name, value]) => [`${name}=${value}`]);
  const extra =
    validity === 'valid' ? none : fc.oneof({ weight: 8, arbitrary: none }, { weight: 1, arbitrary: odd });
  return fc.tuple(...pairs, extra).map((parts) => parts.flat().join('&'));
}

/** The path and query of requests for one operation. */
export function urlOf(operation: Operation, document: Document, validity: Validity): fc.Arbitrary<string> {
  return fc
    .tuple(pathOf(operation, document, validity), queryOf(operation, document, validity))
    .map(([path, query]) => (query === '' ? path : `${path}?${query}`));
}
