import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';

/** Files that hold SQL by hand: repositories, readers, fragments, integrity checks, personal data, and sweeps. */
const PLACES = /\.(repository|reader|sql|checks?|personal-data)\.ts$|\/old-[\w-]+\.ts$/;
/** Fragments become part of statements that have a name. */
const FRAGMENTS = /\.sql\.ts$/;
/**
 * What makes tables, connections and transactions, and reads the database's clock. DDL, SAVEPOINT, START TRANSACTION,
 * COMMIT, ROLLBACK and SET have no name, wherever they stand.
 */
const INFRASTRUCTURE = /^src\/database\/(?![\w-]+\.(repository|checks)\.ts$)/;

const STATEMENT =
  /^\s*(?:\/\*[^]*?\*\/\s*)?(?:SELECT\s|INSERT\s+(?:IGNORE\s+)?INTO\s|REPLACE\s+INTO\s|UPDATE\s+[\w`?]|DELETE\s+(?:\w+\s+)?FROM\s|WITH\s+\w+\s+AS\s)/;
const NAME = /^\s*\/\* ([a-z]+(?:-[a-z]+)*) \*\/\s/;
const TRANSACTION = /^(SAVEPOINT|ROLLBACK|START TRANSACTION|COMMIT|SET) ?/;

/** Functions that take a statement, with where it stands among their arguments. */
const TAKERS: Readonly<Record<string, number>> = {
  look: 1,
  write: 1,
  inOneStatement: 1,
  query: 0,
  sweepBy: 0,
  pagesOfAccount: 0,
};

interface Source {
  readonly path: string;
  readonly text: string;
}

/** A literal that may be SQL, with `?` for what is put into it. */
interface Literal {
  readonly text: string;
  /** Whether it is handed to a function that takes a statement. */
  readonly isTaken: boolean;
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
  const taken = new Set<ts.Node | undefined>();
  const visit = (node: ts.Node): void => {
    const literal = literalText(node);
    if (literal !== undefined) literals.push([node, literal]);
    if (ts.isVariableDeclaration(node) && node.initializer)
      constants.set(node.name.getText(), node.initializer);
    if (ts.isCallExpression(node)) taken.add(statementOf(node));
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true));
  const named = [...taken].map((node) => (node && ts.isIdentifier(node) ? constants.get(node.text) : node));
  return literals.map(([node, literal]) => ({ text: literal, isTaken: named.includes(node) }));
}

/** The statement that a call hands over, if its function takes one. */
function statementOf({ expression, arguments: given }: ts.CallExpression): ts.Node | undefined {
  const called = ts.isPropertyAccessExpression(expression) ? expression.name.text : expression.getText();
  return Object.hasOwn(TAKERS, called) ? given[TAKERS[called]!] : undefined;
}

function isSql({ text, isTaken }: Literal): boolean {
  return (STATEMENT.test(text) || NAMES_TABLE.test(text) || isTaken) && !TRANSACTION.test(text);
}

/** Each piece of SQL that stands where none should. */
function misplaced(source: Source): string[] {
  if (PLACES.test(source.path)) return [];
  return literalsOf(source)
    .filter(isSql)
    .map(({ text }) => `${source.path}: ${text.trim().slice(0, 60)}`);
}

/** Each statement that does not begin with a name. */
function nameless(source: Source): string[] {
  if (FRAGMENTS.test(source.path)) return [];
  return literalsOf(source)
    .filter((literal) => isSql(literal) && (STATEMENT.test(literal.text) || literal.isTaken))
    .filter(({ text }) => !NAME.test(text))
    .map(({ text }) => `${source.path}: ${text.trim().slice(0, 60)}`);
}

function namesIn(source: Source): string[] {
  return literalsOf(source).flatMap(({ text }) => NAME.exec(text)?.[1] ?? []);
}

test('SQL by hand stands in repositories, readers, fragments, checks, personal data and sweeps alone', () => {
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
  ["look(tx, 'SELECT id FROM sessions')", 1],
  ['write(tx, `/* end-session */ UPDATE ${SESSIONS} SET ended_at = ?`)', 1],
  ["const SQL = 'DELETE FROM sessions WHERE id = ?'", 1],
  ["const FROM = 'FROM accounts a WHERE a.id = ?'", 1],
  ['look(tx, `${LINKS} WHERE id = ?`)', 1],
  ["tx.query('SAVEPOINT begun'), 'DELETE /api/auth/me', 'Select a slot from bookings'", 0],
])('in a service, %s is SQL in %i places', (text, count) => {
  expect(misplaced({ path: 'src/bookings/made-up.service.ts', text })).toHaveLength(count);
});

test.each([
  ["look(tx, 'SELECT id FROM sessions')", 1],
  ["const FIND = 'SELECT 1'; look(tx, FIND)", 1],
  ['look(tx, `${LINKS} WHERE id = ?`)', 1],
  ["const FIND = '/* Find It */ SELECT 1'", 1],
  ["const FIND = '/* find-it */ SELECT 1'; look(tx, FIND)", 0],
  ["look(tx, `/* find-it */ ${FIND} WHERE id = (SELECT id FROM doctors)`), '(SELECT 1)', 'id, email'", 0],
])('in a repository, %s has %i statements without a name', (text, count) => {
  expect(nameless({ path: 'src/bookings/made-up.repository.ts', text })).toHaveLength(count);
});
