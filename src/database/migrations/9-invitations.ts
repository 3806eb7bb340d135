import type { MigrationInterface, QueryRunner } from 'typeorm';
import { allowedKinds, allowKinds } from './allowed-kinds.js';

const TABLES = ['account_links', 'notifications'] as const;
const KIND = 'invitation';

/** Adds the kind `invitation` to links and to the notifications that carry them. All other kinds stay allowed. */
export class Invitations9 implements MigrationInterface {
  readonly name = 'Invitations1000000000009';

  async up(runner: QueryRunner): Promise<void> {
    for (const table of TABLES) {
      const kinds = await allowedKinds(runner, table);
      if (kinds) await allowKinds(runner, table, [...kinds, KIND]);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DELETE FROM notifications WHERE kind = '${KIND}'`);
    await runner.query(`DELETE FROM account_links WHERE kind = '${KIND}'`);
    for (const table of TABLES) {
      const kinds = await allowedKinds(runner, table);
      const others = kinds?.filter((kind) => kind !== KIND);
      if (others) await allowKinds(runner, table, others);
    }
  }
}
