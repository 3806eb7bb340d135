import fc from 'fast-check';
import type { Document, Operation, Schema } from '../support/openapi.js';
import { hostileText, type Manners, valueOf } from './fuzz-values.js';

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

function inUrl(schema: Schema, document: Document, manners: Manners): fc.Arbitrary<string> {
  const meant = valueOf(schema, document, manners).map((value) =>
    inEscapes(typeof value === 'string' ? value : JSON.stringify(value)),
  );
  if (manners === 'good') return meant;
  return fc.oneof({ weight: 4, arbitrary: meant }, { weight: 1, arbitrary: escaped });
}

function pathOf({ path, parameters = [] }: Operation, document: Document, manners: Manners) {
  const given = parameters.filter(({ in: where }) => where === 'path');
  const values = given.map(({ schema }) => {
    const ids = fc.oneof(fc.integer({ min: 1, max: 60 }).map(String), fc.constant(OWN));
    return manners === 'good' ? ids : fc.oneof(ids, ids, inUrl(schema ?? {}, document, manners));
  });
  return fc
    .tuple(...values)
    .map((all) => given.reduce((text, { name }, at) => text.replace(`{${name}}`, () => all[at]!), path));
}

const oddQuery = fc.tuple(
  fc.constantFrom('x', '__proto__', 'constructor', 'limit[]', 'after.x', 'x'.repeat(500), '', '%00', '%'),
  escaped,
);

function queryOf({ parameters = [] }: Operation, document: Document, manners: Manners) {
  const times = manners === 'good' ? [0, 1] : [0, 1, 1, 1, 2];
  const pairs = parameters
    .filter(({ in: where }) => where === 'query')
    .map(({ name, schema, required }) =>
      fc
        .tuple(
          required && manners === 'good' ? fc.constant(1) : fc.constantFrom(...times),
          inUrl(schema ?? {}, document, manners),
        )
        .map(([often, value]) => Array<string>(often).fill(`${name}=${value}`)),
    );
  const none = fc.constant<string[]>([]);
  const odd = oddQuery.map(([name, value]) => [`${name}=${value}`]);
  const extra =
    manners === 'good' ? none : fc.oneof({ weight: 8, arbitrary: none }, { weight: 1, arbitrary: odd });
  return fc.tuple(...pairs, extra).map((parts) => parts.flat().join('&'));
}

/** The path and query of requests for one operation. */
export function urlOf(operation: Operation, document: Document, manners: Manners): fc.Arbitrary<string> {
  return fc
    .tuple(pathOf(operation, document, manners), queryOf(operation, document, manners))
    .map(([path, query]) => (query === '' ? path : `${path}?${query}`));
}
