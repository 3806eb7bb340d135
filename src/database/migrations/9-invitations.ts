import type { MigrationInterface, QueryRunner } from 'typeorm';

const TABLES = ['account_links', 'notifications'] as const;
const KIND = 'invitation';

/** Lets links, and the messages that carry them, be invitations. Whatever other kinds there are stay allowed. */
export class Invitations9 implements MigrationInterface {
  readonly name = 'Invitations1000000000009';

  async up(runner: QueryRunner): Promise<void> {
    for (const table of TABLES) {
      const kinds = await allowedKinds(runner, table);
      await allowKinds(runner, table, [...kinds, KIND]);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DELETE FROM notifications WHERE kind = '${KIND}'`);
    await runner.query(`DELETE FROM account_links WHERE kind = '${KIND}'`);
    for (const table of TABLES) {
      const kinds = await allowedKinds(runner, table);
      await allowKinds(
        runner,
        table,
        kinds.filter((kind) => kind !== KIND),
      );
    }
  }
}

/** Read from the constraint, because other migrations add kinds too. MySQL writes `_ascii\'kind\'`, MariaDB `'kind'`. */
async function allowedKinds(runner: QueryRunner, table: string): Promise<string[]> {
  const [constraint] = (await runner.query(
    `SELECT CHECK_CLAUSE AS clause FROM information_schema.CHECK_CONSTRAINTS
     WHERE CONSTRAINT_SCHEMA = DATABASE() AND CONSTRAINT_NAME = ?`,
    [`${table}_kind`],
  )) as { clause: string }[];
  return [...constraint!.clause.matchAll(/'(\w+)\\?'/g)].map(([, kind]) => kind!);
}

async function allowKinds(runner: QueryRunner, table: string, kinds: readonly string[]): Promise<void> {
  const list = kinds.map((kind) => `'${kind}'`).join(', ');
  await runner.query(`ALTER TABLE ${table} DROP CONSTRAINT ${table}_kind`);
  await runner.query(`ALTER TABLE ${table} ADD CONSTRAINT ${table}_kind CHECK (kind IN (${list}))`);
}
