import type { QueryRunner } from 'typeorm';

/**
 * The kinds that a table's CHECK allows; undefined if it has no CHECK. Read from the constraint because several
 * migrations add kinds. MySQL writes `_ascii\'kind\'`, MariaDB `'kind'`.
 */
export async function allowedKinds(runner: QueryRunner, table: string): Promise<string[] | undefined> {
  const [constraint] = (await runner.query(
    `SELECT CHECK_CLAUSE AS clause FROM information_schema.CHECK_CONSTRAINTS
     WHERE CONSTRAINT_SCHEMA = DATABASE() AND CONSTRAINT_NAME = ?`,
    [`${table}_kind`],
  )) as { clause: string }[];
  return constraint && [...constraint.clause.matchAll(/'(\w+)\\?'/g)].map(([, kind]) => kind!);
}

/** Replaces the CHECK on a table's kinds in one statement: between two, a resumed run could not read the kinds. */
export async function allowKinds(
  runner: QueryRunner,
  table: string,
  kinds: readonly string[],
): Promise<void> {
  const list = [...new Set(kinds)].map((kind) => `'${kind}'`).join(', ');
  const check = `${table}_kind`;
  await runner.query(
    `ALTER TABLE ${table} DROP CONSTRAINT ${check}, ADD CONSTRAINT ${check} CHECK (kind IN (${list}))`,
  );
}
