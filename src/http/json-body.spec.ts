import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readJson, UnreadableBody } from './json-body.js';

const read = (text: string): unknown => readJson(Buffer.from(text));

describe('a JSON body', () => {
  test('is parsed as JSON.parse does', () => {
    fc.assert(
      fc.property(fc.json({ stringUnit: 'binary' }), (json) => {
        fc.pre(!/\p{Surrogate}/u.test(json));
        expect(read(json)).toEqual(JSON.parse(json));
      }),
    );
  });

  test.each([
    '{"a":1,"a":2}',
    '{"a":{"b":1,"c":[{"d":1,"d":1}]}}',
    '{"a":1,"\\u0061":2}',
    '{"a\\"":1,"a\\"" : 2}',
    '{"__proto__":1,"__proto__":2}',
  ])('is refused if an object repeats a field name: %s', (text) => expect(() => read(text)).toThrow());

  test.each(['{"a":{"a":1}}', '[{"a":1},{"a":2}]', '{"a":"a","b":"a: {"}', '{"a":"\\"b\\":1,\\"b\\":"}'])(
    'may repeat a field name in different objects or inside a string: %s',
    (text) => expect(read(text)).toEqual(JSON.parse(text)),
  );

  test.each([
    ['Latin-1', Buffer.from('{"password":"contraseña"}', 'latin1')],
    [
      'a truncated character',
      Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xf0, 0x9f, 0x98]), Buffer.from('"}')]),
    ],
    ['UTF-16', Buffer.from('{"a":1}', 'utf16le')],
    ['an overlong form', Buffer.from([0x22, 0xc0, 0xaf, 0x22])],
    ['a surrogate', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22])],
  ])('must be UTF-8: %s is refused', (_, bytes) => expect(() => readJson(bytes)).toThrow());

  test('may list thousands of ids', () => {
    const bookings = Array.from({ length: 8_000 }, (_, id) => id);
    expect(readJson(Buffer.from(JSON.stringify({ bookings })))).toEqual({ bookings });
  });

  test('with more than two thousand fields is refused, however they are nested', () => {
    const flat = Object.fromEntries(Array.from({ length: 2_001 }, (_, id) => [`n${id}`, 0]));
    const nested = Array.from({ length: 2_001 }, () => ({ a: 0 }));
    for (const body of [flat, nested]) expect(() => read(JSON.stringify(body))).toThrow(/2001 fields/);
    expect(read(JSON.stringify(nested.slice(1)))).toEqual(nested.slice(1));
  });

  test('may begin with a byte order mark', () => {
    expect(read('\ufeff{"a":1}')).toEqual({ a: 1 });
  });

  test.each([33, 30_000])('is refused if nested deeper than 32: %i', (depth) => {
    expect(() => read('['.repeat(depth) + ']'.repeat(depth))).toThrow(UnreadableBody);
    expect(() => read('{"a":'.repeat(depth) + '1' + '}'.repeat(depth))).toThrow(UnreadableBody);
    expect(read('['.repeat(32) + ']'.repeat(32))).toBeDefined();
  });
});
