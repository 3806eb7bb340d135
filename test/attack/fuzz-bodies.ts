import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import type { Document, Operation } from '../support/openapi.js';
import { type Validity, objectOf } from './fuzz-values.js';

export interface FuzzedBody {
  readonly body: Buffer | undefined;
  readonly headers: Record<string, string>;
}

/** The largest body that the service accepts, in bytes. */
const LIMIT = 64 * 1024;

const json = (body: Buffer | string, type = 'application/json'): FuzzedBody => ({
  body: Buffer.from(body as string),
  headers: { 'content-type': type },
});

/** Bodies that are not JSON, or that no good client sends. */
const ODD: readonly FuzzedBody[] = [
  ...['', ' ', '{', '[]', 'null', 'true', '1', '"text"', '\0', '{}{}', '{"a":}', "{'a':1}", '{/**/}'].map(
    (text) => json(text),
  ),
  ...['{"a":NaN}', '{"a":1e999}', '{"a":01}', '{"a":"\\ud800"}', '{"a":"\\x"}', '{"a":"\n"}'].map((text) =>
    json(text),
  ),
  json('{"__proto__":{"role":"admin"}}'),
  json('{"constructor":{"prototype":{"role":"admin"}}}'),
  json(Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])),
  json('['.repeat(20_000)),
  json('{"a":'.repeat(10_000)),
  json(`{"x":"${'a'.repeat(70_000)}"}`),
  json(`{"x":${'9'.repeat(60_000)}}`),
  json(`{${Array.from({ length: 5_000 }, (_, at) => `"x${at}":1`).join(',')}}`),
  { body: Buffer.from('{}'), headers: {} },
  { body: undefined, headers: { 'content-type': 'application/json' } },
  { body: undefined, headers: {} },
];

const TYPES = [
  ...[
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/xml',
  ],
  ...['application/json; charset=utf-16', 'application/json; charset=latin1', 'application/json;;;', 'x', ''],
  ...['APPLICATION/JSON', 'application/json, text/plain', 'application/problem+json', 'application/jsonx'],
];

/** Ways to damage a valid body. */
const SPOILERS: readonly ((text: string) => FuzzedBody)[] = [
  (text) => json(text.slice(0, -1)),
  (text) => json(`${text}x`),
  (text) => json(`\ufeff${text}`),
  (text) => json(Buffer.from(text, 'utf16le')),
  (text) => json(Buffer.from(`\ufeff${text}`, 'utf16le'), 'application/json; charset=utf-16le'),
  (text) => json(Buffer.from(text, 'latin1')),
  // Invalid UTF-8 in the middle of the first name or value.
  (text) => json(Buffer.concat([Buffer.from(text.slice(0, 3)), Buffer.of(0xff), Buffer.from(text.slice(3))])),
  (text) =>
    json(Buffer.concat([Buffer.from(text.slice(0, 3)), Buffer.of(0xc0, 0xaf), Buffer.from(text.slice(3))])),
  // Duplicate names, with the same values and with different ones.
  (text) => json(`${text.slice(0, -1)}${text.length > 2 ? ',' : ''}${text.slice(1)}`),
  (text) =>
    json(`${text.slice(0, -1)}${text.length > 2 ? ',' : ''}${text.slice(1).replaceAll(/:[^,}]+/g, ':1')}`),
  (text) => json(`[${text}]`),
  (text) => json(JSON.stringify(text)),
  (text) => json(text.padEnd(LIMIT)),
  (text) => json(text.padEnd(LIMIT + 1)),
  (text) => json(`${text.slice(0, -1)}${text.length > 2 ? ',' : ''}"x":"${'a'.repeat(60_000)}"}`),
  (text) => ({
    body: gzipSync(text),
    headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
  }),
  ...TYPES.map((type) => (text: string) => json(text, type)),
];

/** Bodies for one operation: mostly valid ones; with `mixed`, also damaged and odd ones. */
export function bodyOf(
  operation: Operation,
  document: Document,
  validity: Validity,
): fc.Arbitrary<FuzzedBody> {
  const odd = fc.constantFrom(...ODD);
  const schema = operation.requestBody?.content['application/json']?.schema;
  if (!schema) {
    const none = fc.constant<FuzzedBody>({ body: undefined, headers: {} });
    return validity === 'valid'
      ? none
      : fc.oneof({ weight: 9, arbitrary: none }, { weight: 1, arbitrary: odd });
  }
  const valid = objectOf(schema, document, validity).map((value) => JSON.stringify(value));
  const plain = valid.map((text) => json(text));
  if (validity === 'valid') return plain;
  const spoiled = fc.tuple(valid, fc.constantFrom(...SPOILERS)).map(([text, spoil]) => spoil(text));
  return fc.oneof(
    { weight: 10, arbitrary: plain },
    { weight: 3, arbitrary: spoiled },
    { weight: 1, arbitrary: odd },
  );
}
