import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PRINTED_PASSWORDS } from './printed-passwords.js';

/** Files that people copy from: docs, samples, the demo, and the sources of the API's examples. */
const PLACES = [
  'README.md',
  'CHANGELOG.md',
  'docs',
  '.env.example',
  'docker-compose.yml',
  'Dockerfile',
  'src',
];

/** Shorter passwords cannot be set. */
const SHORTEST = 8;

/** Stands for a password in sample URLs. It is refused anyway, as a common password. */
const PLACEHOLDER = 'password';

const PATTERNS: readonly RegExp[] = [
  // "password": "...", your_password: '...', ADMIN_PASSWORD = '...'
  /password["'`]?\s*[:=]\s*["'`]([^"'`\n]+)["'`]/gi,
  // PasswordField({ example: '...' })
  /PasswordField\([^)]*?example:\s*'([^']+)'/g,
  // ADMIN_PASSWORD=..., in a sample of settings
  /^#?\s*\w*PASSWORD=([^\s$"'`]+)/gm,
  // mysql://user:...@host
  /\w:\/\/[^\s:/@'"`\]]*:([^\s:/@$'"`{}\]]+)@/g,
  // demo-patient-password, in a table
  /`([\w-]+-password)`/g,
];

function filesUnder(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path).flatMap((name) => filesUnder(join(path, name)));
}

/** Nobody copies from specs. */
const isRead = (file: string): boolean => !/\.spec\.ts$/.test(file);

function printed(): Map<string, string> {
  const found = new Map<string, string>();
  for (const file of PLACES.flatMap(filesUnder).filter(isRead)) {
    const text = readFileSync(file, 'utf8');
    for (const pattern of PATTERNS)
      for (const [, password] of text.matchAll(pattern)) found.set(password!, file);
  }
  return found;
}

test('every password printed in this repository is refused as a new password', () => {
  const found = [...printed()].filter(
    ([password]) => password.length >= SHORTEST && password !== PLACEHOLDER,
  );
  expect(found.length).toBeGreaterThan(2);
  expect(found.filter(([password]) => !PRINTED_PASSWORDS.includes(password.toLowerCase()))).toEqual([]);
});
