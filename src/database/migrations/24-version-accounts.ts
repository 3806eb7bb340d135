import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Accounts have a version, for `If-Match`. */
export class VersionAccounts24 implements MigrationInterface {
  readonly name = 'VersionAccounts1000000000024';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `ALTER TABLE accounts ADD COLUMN version INT UNSIGNED NOT NULL DEFAULT 1
       COMMENT 'raised by each change that answers show', ALGORITHM = INSTANT`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE accounts DROP COLUMN version');
  }
}
