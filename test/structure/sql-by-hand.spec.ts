import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';

/** Files that may contain SQL by hand: repositories, readers, fragments, integrity checks, personal data and sweeps. */
const SQL_FILES = /\.(repository|reader|sql|checks?|personal-data)\.ts$|\/old-[\w-]+\.ts$/;
/** Fragments have no name: they become part of statements that have one. */
const FRAGMENTS = /\.sql\.ts$/;
/**
 * The code for tables, connections, transactions and the database's clock. Everywhere, DDL, SAVEPOINT, START
 * TRANSACTION, COMMIT, ROLLBACK and SET need no name.
 */
const INFRASTRUCTURE = /^src\/database\/(?![\w-]+\.(repository|checks)\.ts$)/;

const STATEMENT =
  /^\s*(?:\/\*[^]*?\*\/\s*)?(?:SELECT\s|INSERT\s+(?:IGNORE\s+)?INTO\s|REPLACE\s+INTO\s|UPDATE\s+[\w`?]|DELETE\s+(?:\w+\s+)?FROM\s|WITH\s+\w+\s+AS\s)/;
const NAME = /^\s*\/\* ([a-z]+(?:-[a-z]+)*) \*\/\s/;
const TRANSACTION = /^(SAVEPOINT|ROLLBACK|START TRANSACTION|COMMIT|SET) ?/;

/** Functions and methods (with a dot) that run a statement, with its index among their arguments. */
const RUNNERS: Readonly<Record<string, number>> = {
  query: 1,
  execute: 1,
  inOneStatement: 1,
  '.query': 0,
  sweepBy: 0,
  pagesOfAccount: 0,
};

interface Source {
  readonly path: string;
  readonly text: string;
}

/** A literal that may be SQL, with `?` for interpolated values. */
interface Literal {
  readonly text: string;
  /** Whether it is passed to one of `RUNNERS`. */
  readonly isRun: boolean;
}

const sources: readonly Source[] = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .map((path) => join('src', path))
  .filter((path) => path.endsWith('.ts') && !path.endsWith('.spec.ts') && !INFRASTRUCTURE.test(path))
  .map((path) => ({ path, text: readFileSync(path, 'utf8') }));

const tables = readdirSync('src/database/migrations').flatMap((file) =>
  [...readFileSync(join('src/database/migrations', file), 'utf8').matchAll(/CREATE TABLE (\w+)/g)].map(
    ([, table]) => table!,
  ),
);
const NAMES_TABLE = new RegExp(`\\b(?:FROM|JOIN|INTO|UPDATE)\\s+\`?(?:${tables.join('|')})\\b`);

function literalText(node: ts.Node): string | undefined {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text;
  if (!ts.isTemplateExpression(node)) return undefined;
  return [node.head, ...node.templateSpans.map(({ literal }) => literal)].map(({ text }) => text).join('?');
}

function literalsOf({ path, text }: Source): Literal[] {
  const literals: [ts.Node, string][] = [];
  const constants = new Map<string, ts.Node>();
  const run = new Set<ts.Node | undefined>();
  const visit = (node: ts.Node): void => {
    const literal = literalText(node);
    if (literal !== undefined) literals.push([node, literal]);
    if (ts.isVariableDeclaration(node) && node.initializer)
      constants.set(node.name.getText(), node.initializer);
    if (ts.isCallExpression(node)) run.add(statementOf(node));
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true));
  const statements = [...run].map((node) =>
    node && ts.isIdentifier(node) ? constants.get(node.text) : node,
  );
  return literals.map(([node, literal]) => ({ text: literal, isRun: statements.includes(node) }));
}

/** The statement that a call runs, if it does. */
function statementOf({ expression, arguments: values }: ts.CallExpression): ts.Node | undefined {
  const name = ts.isPropertyAccessExpression(expression) ? `.${expression.name.text}` : expression.getText();
  return Object.hasOwn(RUNNERS, name) ? values[RUNNERS[name]!] : undefined;
}

function isSql({ text, isRun }: Literal): boolean {
  return (STATEMENT.test(text) || NAMES_TABLE.test(text) || isRun) && !TRANSACTION.test(text);
}

/** The SQL in a source that should have none. */
function misplaced(source: Source): string[] {
  if (SQL_FILES.test(source.path)) return [];
  return literalsOf(source)
    .filter(isSql)
    .map(({ text }) => `${source.path}: ${text.trim().slice(0, 60)}`);
}

/** The statements that do not begin with a name. */
function nameless(source: Source): string[] {
  if (FRAGMENTS.test(source.path)) return [];
  return literalsOf(source)
    .filter((literal) => isSql(literal) && (STATEMENT.test(literal.text) || literal.isRun))
    .filter(({ text }) => !NAME.test(text))
    .map(({ text }) => `${source.path}: ${text.trim().slice(0, 60)}`);
}

function namesIn(source: Source): string[] {
  return literalsOf(source).flatMap(({ text }) => NAME.exec(text)?.[1] ?? []);
}

test('only repositories, readers, fragments, checks, personal data and sweeps contain SQL by hand', () => {
  expect(sources.length).toBeGreaterThan(300);
  expect(sources.flatMap(misplaced)).toEqual([]);
});

test('every statement by hand begins with its name', () => {
  expect(sources.flatMap(nameless)).toEqual([]);
});

test('no two statements have the same name', () => {
  const names = sources.flatMap(namesIn);
  expect(names.length).toBeGreaterThan(60);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});

test.each([
  ["query(tx, 'SELECT id FROM sessions')", 1],
  ['execute(tx, `/* end-session */ UPDATE ${SESSIONS} SET ended_at = ?`)', 1],
  ["const SQL = 'DELETE FROM sessions WHERE id = ?'", 1],
  ["const FROM = 'FROM accounts a WHERE a.id = ?'", 1],
  ['query(tx, `${LINKS} WHERE id = ?`)', 1],
  ["tx.query('SAVEPOINT begun'), 'DELETE /api/auth/me', 'Select a slot from bookings'", 0],
])('in a service, %s counts as %i pieces of SQL', (text, count) => {
  expect(misplaced({ path: 'src/bookings/made-up.service.ts', text })).toHaveLength(count);
});

test.each([
  ["query(tx, 'SELECT id FROM sessions')", 1],
  ["const FIND = 'SELECT 1'; query(tx, FIND)", 1],
  ['query(tx, `${LINKS} WHERE id = ?`)', 1],
  ['tx.query(`${LINKS} WHERE id = ?`)', 1],
  ["const FIND = '/* Find It */ SELECT 1'", 1],
  ["const FIND = '/* find-it */ SELECT 1'; query(tx, FIND)", 0],
  ["query(tx, `/* find-it */ ${FIND} WHERE id = (SELECT id FROM doctors)`), '(SELECT 1)', 'id, email'", 0],
])('in a repository, %s counts as %i statements without a name', (text, count) => {
  expect(nameless({ path: 'src/bookings/made-up.repository.ts', text })).toHaveLength(count);
});
