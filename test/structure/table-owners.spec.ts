import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';

/** Each table with the folder of src that owns it. Only files of that folder name the table. */
const OWNERS: Readonly<Record<string, string>> = {
  accounts: 'auth',
  account_links: 'auth',
  refused_addresses: 'auth',
  admin_lock: 'auth',
  sessions: 'auth',
  refresh_tokens: 'auth',
  audit_events: 'audit',
  notifications: 'outbox',
  mailed_addresses: 'outbox',
  address_mails: 'outbox',
  idempotency_keys: 'idempotency',
  clinic: 'clinic',
  patients: 'patients',
  patient_entry_lock: 'patients',
  patient_guardians: 'patients',
  patient_names: 'patients',
  doctors: 'doctors',
  appointment_types: 'appointment-types',
  doctor_types: 'appointment-types',
  availability_windows: 'availability',
  exceptions: 'availability',
  doctor_days: 'availability',
  doctor_schedules: 'availability',
  bookings: 'bookings',
  patient_schedules: 'bookings',
  retention_marks: 'database',
  migration_progress: 'database',
  migrations: 'database',
};

/** Code that runs only with the migrations. */
const MIGRATION_CODE = /^src\/database\/(migrations\/|canonical-addresses\.ts$)/;

/** A table after a keyword; but `ON DUPLICATE KEY UPDATE` is followed by a column. */
const AFTER_KEYWORD = /(?:\b(?:FROM|JOIN|INTO|TABLE(?: IF NOT EXISTS)?)|(?<!KEY )\bUPDATE)\s+`?(\w+)/g;
/** A fragment of SQL that begins with a table and its alias. */
const WITH_ALIAS = /^\s*(\w+) [a-z]\b/g;

interface Source {
  readonly path: string;
  readonly text: string;
}

const sources: readonly Source[] = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .map((path) => join('src', path))
  .filter((path) => path.endsWith('.ts') && !path.endsWith('.spec.ts'))
  .map((path) => ({ path, text: readFileSync(path, 'utf8') }));

/** The tables that a source names: in its SQL, as its entities, and by entities that it imports as values. */
function tablesNamedIn({ path, text }: Source): Set<string> {
  const names: string[] = [];
  const visit = (node: ts.Node): void => {
    const literal = literalText(node);
    for (const pattern of [AFTER_KEYWORD, WITH_ALIAS])
      names.push(...[...literal.matchAll(pattern)].map(([, name]) => name!));
    if (ts.isDecorator(node)) names.push(...(/^@Entity\('(\w+)'\)/.exec(node.getText())?.slice(1) ?? []));
    if (ts.isImportDeclaration(node)) names.push(...tablesOfEntities(path, node));
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true));
  return new Set(names.filter((name) => name in OWNERS));
}

/** The text of a literal, with `?` for interpolated values; empty for other nodes. */
function literalText(node: ts.Node): string {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text;
  if (!ts.isTemplateExpression(node)) return '';
  return [node.head, ...node.templateSpans.map(({ literal }) => literal)].map(({ text }) => text).join('?');
}

function tablesOfEntities(
  path: string,
  { moduleSpecifier, importClause }: ts.ImportDeclaration,
): Set<string> {
  const { text } = moduleSpecifier as ts.StringLiteral;
  const isOfTypes = importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
  if (!text.endsWith('.entity.js') || isOfTypes) return new Set();
  const entities = join(dirname(path), text).replace(/\.js$/, '.ts');
  return tablesNamedIn(sources.find((source) => source.path === entities)!);
}

/** The tables that a source names and another folder owns. */
function foreignTables(source: Source): string[] {
  const folder = source.path.split('/')[1]!;
  return [...tablesNamedIn(source)]
    .filter((table) => OWNERS[table] !== folder)
    .map((table) => `${source.path} names ${table}, which ${OWNERS[table]} owns`);
}

test('a table is named only by files of its owner', () => {
  const checked = sources.filter(({ path }) => !MIGRATION_CODE.test(path));
  expect(checked.length).toBeGreaterThan(300);
  expect(checked.flatMap(foreignTables)).toEqual([]);
});

test('each table of the schema has an owner that names it', () => {
  const schema = sources.flatMap(({ text }) => [...text.matchAll(/CREATE TABLE (?:IF NOT EXISTS )?(\w+)/g)]);
  // TypeORM creates its own `migrations` table.
  expect(schema.map(([, table]) => table).sort()).toEqual(
    Object.keys(OWNERS)
      .filter((table) => table !== 'migrations')
      .sort(),
  );
  for (const [, table] of schema) {
    const named = sources.some(
      (source) => source.path.startsWith(`src/${OWNERS[table!]}/`) && tablesNamedIn(source).has(table!),
    );
    expect(named, table).toBe(true);
  }
});

test.each([
  ["query(tx, 'SELECT id FROM sessions WHERE id = ?')", ['sessions']],
  ['`SELECT ${COLUMNS} FROM bookings b JOIN  doctors d ON d.id = b.doctor_id`', ['doctors']],
  ['`/* cancel-all */ UPDATE notifications SET state = ?`', ['notifications']],
  ["'INSERT INTO audit_events (at) VALUES (?)'", ['audit_events']],
  ["'DELETE FROM `account_links` WHERE id = ?'", ['account_links']],
  ["const LINKS = 'account_links l'", ['account_links']],
  ["@Entity('exceptions') class Exception {}", ['exceptions']],
  ["import { Account } from '../auth/accounts/account.entity.js';", ['accounts']],
  ["import type { Account } from '../auth/accounts/account.entity.js';", []],
  ["'INSERT INTO bookings (id) VALUES (?) ON DUPLICATE KEY UPDATE accounts = 1'", []],
  ["/** FROM accounts */ // 'FROM accounts'", []],
  ["'Delete it from accounts first', `FROM ${DOCTORS}`, '/sessions'", []],
])('in bookings, %s names %j', (text, tables) => {
  const path = 'src/bookings/made-up.ts';
  const expected = tables.map((table) => `${path} names ${table}, which ${OWNERS[table]} owns`);
  expect(foreignTables({ path, text })).toEqual(expected);
});
