import { expect } from 'vitest';
import type { Clinic } from './clinic.js';
import type { Statement } from './statements.js';

/** More rows than a day, a patient or a round of the relay has; far fewer than the tables have. */
const MAX_ROWS = 250;

/** `rows` may be `1 (50%)` where MariaDB filters by a second key. */
export interface Step {
  readonly table: string | null;
  /** `const` for a single row, found while the statement is planned, or not there. */
  readonly type: string | null;
  readonly key: string | null;
  readonly rows: number | string | null;
}

/** Expects that the database finds the rows of each of these statements by an index, and reads few of them. */
export async function expectIndexed(clinic: Clinic, sent: readonly Statement[]): Promise<void> {
  const queries = sent.filter(({ sql }) =>
    /^\s*(?:\/\*[^*]*\*\/\s*)?(SELECT|UPDATE|DELETE)\b[^]*WHERE/.test(sql),
  );
  expect(queries).not.toEqual([]);
  for (const statement of queries)
    for (const { table, key, rows } of await planOf(clinic, statement)) {
      expect(key, `${table} in ${statement.sql}`).not.toBeNull();
      expect(Number.parseInt(String(rows), 10), `${table} in ${statement.sql}`).toBeLessThan(MAX_ROWS);
    }
}

/** The steps with which the database would find the rows of each table. */
export async function planOf(clinic: Clinic, { sql, parameters }: Statement): Promise<Step[]> {
  const steps = await clinic.query<Step>(`EXPLAIN FORMAT=TRADITIONAL ${sql}`, parameters);
  return steps.filter(({ table, type }) => table !== null && !table.startsWith('<') && type !== 'const');
}
