import { expect, test } from 'vitest';
import { migrationText } from './migration-text.js';
import { MIGRATIONS } from './migrations.js';

const NAMES = MIGRATIONS.map((Migration) => new Migration().name);

test('it has a line for each migration, with its number and name, and then their count', () => {
  expect(migrationText(['CreateClinic1000000000001', 'NumberAddressMails1000000000018'])).toBe(
    ' 1  create clinic\n18  number address mails\n2 migrations applied.',
  );
  expect(migrationText(['Retain1000000000010'])).toBe('10  retain\n1 migration applied.');
});

test('it shows no class name of a migration', () => {
  const lines = migrationText(NAMES).split('\n');
  expect(lines.pop()).toBe(`${NAMES.length} migrations applied.`);
  expect(lines).toHaveLength(NAMES.length);
  for (const line of lines) expect(line).toMatch(/^[ \d]\d {2}[a-z]+( [a-z]+)*$/);
});

test('it says so if there was nothing to do', () => {
  expect(migrationText([])).toBe('The database is up to date.');
});
