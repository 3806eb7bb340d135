import type { DataSource } from 'typeorm';
import { query } from './statement.js';

export type Row = Record<string, unknown>;
export type Pages = AsyncGenerator<Row[]>;

/** Rows on a page. Mapping them blocks the event loop for a few milliseconds. */
export const PAGE_ROWS = 500;

interface Query {
  /** From SELECT to the end of WHERE. */
  readonly sql: string;
  readonly parameters: readonly unknown[];
  /** Columns in the order of an index, by their names in a row. Together they are unique. */
  readonly key: Readonly<Record<string, string>>;
}

/** Reads data of an account. */
export type PagesOfAccount = (dataSource: DataSource, accountId: number) => Pages;

/** The rows of a query whose only parameter is the account, by id unless another key is given. */
export function pagesOfAccount(sql: string, key: Query['key'] = { id: 'id' }): PagesOfAccount {
  return (dataSource, accountId) => pagesOf(dataSource, { sql, parameters: [accountId], key });
}

/** The rows of a query, page by page in the order of its key. */
export function pagesOf(dataSource: DataSource, { sql, parameters, key }: Query): Pages {
  const order = Object.values(key).join(', ');
  return inPages((last) => {
    const [after, values] = last ? afterRow(key, last) : ['TRUE', []];
    return query(dataSource, `${sql} AND (${after}) ORDER BY ${order} LIMIT ${PAGE_ROWS}`, [
      ...parameters,
      ...values,
    ]);
  });
}

/**
 * Yields pages until one is not full. Between two pages it holds no connection.
 *
 * @param read returns at most `PAGE_ROWS` rows, those after `last`
 */
export async function* inPages(read: (last?: Row) => Promise<Row[]>): Pages {
  let last: Row | undefined;
  do {
    const rows = await read(last);
    if (rows.length > 0) yield rows;
    last = rows[PAGE_ROWS - 1];
  } while (last);
}

/**
 * SQL for the rows after a row: a >= ? AND (a > ? OR a = ? AND b > ? OR ...). The scan of the index starts at a >= ?.
 */
function afterRow(key: Query['key'], row: Row): [string, unknown[]] {
  const columns = Object.entries(key);
  const alternatives = columns.map(([, column], at) => {
    const equal = columns.slice(0, at).map(([, before]) => `${before} = ? AND `);
    return `${equal.join('')}${column} > ?`;
  });
  const values = columns.flatMap((_, at) => columns.slice(0, at + 1).map(([name]) => row[name]));
  const [[first, column]] = columns as [[string, string]];
  return [`${column} >= ? AND (${alternatives.join(' OR ')})`, [row[first], ...values]];
}
