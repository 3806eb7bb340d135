import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type ErrorCode, ERROR_CODES, statusesOf } from './error-codes.js';

const codes = Object.keys(ERROR_CODES).sort() as ErrorCode[];

/** The cells of the table in docs/errors.md, row by row. */
const rows = readFileSync('docs/errors.md', 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );

const source = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.ts$/.test(file) && !/\.(spec|codes)\.ts$|error-codes/.test(file))
  .map((file) => readFileSync(join('src', file), 'utf8'))
  .join('\n');

describe('error codes', () => {
  test('docs/errors.md lists each of them, with its status and action', () => {
    expect(rows).toEqual(
      codes.map((code) => [`\`${code}\``, statusesOf(code).join(', '), ERROR_CODES[code].action]),
    );
  });
  test.each(codes)('the source uses %s', (code) => {
    expect(source).toMatch(new RegExp(`\\b${code}\\b`));
  });
  test('the action of each is a sentence', () => {
    for (const code of codes) expect(ERROR_CODES[code].action, code).toMatch(/^[A-Z][^|]+\.$/s);
  });
});
