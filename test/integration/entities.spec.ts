import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EntityMetadata } from 'typeorm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Clinic } from '../support/clinic.js';

/** Tables without an entity: TypeORM's own, and the one that exists only while migrations run. */
const WITHOUT_ENTITY = ['migrations', 'migration_progress'];

/** A column, as in its table or in its entity. */
interface Column {
  readonly name: string;
  readonly type: string;
  readonly unsigned: boolean;
  readonly nullable: boolean;
  readonly length: string;
  /** Digits of a second's fraction; null for other types. */
  readonly fraction: number | null;
  readonly generated: 'AUTO_INCREMENT' | 'VIRTUAL' | 'STORED' | undefined;
  readonly primary: boolean;
}

let clinic: Clinic;
let entities: readonly EntityMetadata[];

beforeAll(async () => {
  clinic = await Clinic.open();
  entities = clinic.dataSource.entityMetadatas;
});

afterAll(() => clinic?.close());

// The aliases matter: MySQL returns the columns of information_schema in capitals.
async function tables(): Promise<string[]> {
  const rows = await clinic.query<{ name: string }>(
    'SELECT TABLE_NAME AS name FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()',
  );
  return rows.map(({ name }) => name).filter((name) => !WITHOUT_ENTITY.includes(name));
}

async function columnsOf(table: string): Promise<Column[]> {
  const rows = await clinic.query<{
    name: string;
    data_type: string;
    column_type: string;
    nullable: string;
    length: string | null;
    fraction: string | null;
    extra: string;
    column_key: string;
  }>(
    `SELECT COLUMN_NAME AS name, DATA_TYPE AS data_type, COLUMN_TYPE AS column_type, IS_NULLABLE AS nullable,
            CHARACTER_MAXIMUM_LENGTH AS length, DATETIME_PRECISION AS fraction, EXTRA AS extra, COLUMN_KEY AS column_key
     FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ?`,
    [table],
  );
  return rows.map(
    ({ name, data_type: type, column_type, nullable, length, fraction, extra, column_key }) => ({
      name,
      type,
      unsigned: column_type.includes('unsigned'),
      nullable: nullable === 'YES',
      // The type of a text column implies its length.
      length: length === null || type.endsWith('text') ? '' : String(length),
      fraction: type === 'datetime' ? Number(fraction) : null,
      generated: extra.includes('auto_increment')
        ? 'AUTO_INCREMENT'
        : (/VIRTUAL|STORED/.exec(extra)?.[0] as 'VIRTUAL' | 'STORED' | undefined),
      primary: column_key === 'PRI',
    }),
  );
}

function columnsIn({ columns }: EntityMetadata): Column[] {
  return columns.map((column) => ({
    name: column.databaseName,
    type: column.type as string,
    unsigned: column.unsigned,
    nullable: column.isNullable,
    length: column.length,
    fraction: column.type === 'datetime' ? (column.precision ?? 0) : null,
    generated: column.isGenerated ? 'AUTO_INCREMENT' : column.generatedType,
    primary: column.isPrimary,
  }));
}

function byName(columns: readonly Column[]): Column[] {
  return [...columns].sort((a, b) => (a.name < b.name ? -1 : 1));
}

test('every table has exactly one entity', async () => {
  expect(entities.map(({ tableName }) => tableName).sort()).toEqual((await tables()).sort());
});

test('every entity has the columns of its table, and no others', async () => {
  expect(entities).not.toEqual([]);
  for (const entity of entities)
    expect(byName(columnsIn(entity)), entity.tableName).toEqual(byName(await columnsOf(entity.tableName)));
});

test('the type of a property includes null exactly if its column is nullable', () => {
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('.entity.ts'),
  );
  expect(files).toHaveLength(entities.length);
  for (const file of files) {
    const source = readFileSync(join('src', file), 'utf8');
    const properties = [...source.matchAll(/@(?:Primary\w*)?Column\(([^]*?)\)\n {2}(\w+)!: (.+);/g)];
    expect(properties, file).not.toEqual([]);
    for (const [, options, property, type] of properties) {
      const isNullable = options!.includes('nullable: true');
      expect(/\| null\b/.test(type!), `${property} in ${file}`).toBe(isNullable);
    }
  }
});

test('every entity has the unique keys of its table', async () => {
  const rows = await clinic.query<{ table_name: string; columns: string }>(
    `SELECT TABLE_NAME AS table_name, GROUP_CONCAT(COLUMN_NAME ORDER BY SEQ_IN_INDEX) AS columns
     FROM information_schema.STATISTICS
     WHERE TABLE_SCHEMA = DATABASE() AND NON_UNIQUE = 0 AND INDEX_NAME <> 'PRIMARY' GROUP BY TABLE_NAME, INDEX_NAME`,
  );
  for (const { tableName, indices } of entities) {
    const declared = indices
      .filter(({ isUnique }) => isUnique)
      .map(({ columns }) => columns.map(({ databaseName }) => databaseName).join());
    const existing = rows.filter(({ table_name }) => table_name === tableName).map(({ columns }) => columns);
    expect(existing.sort(), tableName).toEqual(declared.sort());
  }
});
