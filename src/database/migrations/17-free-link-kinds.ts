import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Drops the CHECK on the kinds of links: only the code defines them, as for notifications. */
export class FreeLinkKinds17 implements MigrationInterface {
  readonly name = 'FreeLinkKinds1000000000017';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE account_links DROP CONSTRAINT account_links_kind');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE account_links ADD CONSTRAINT account_links_kind
      CHECK (kind IN ('password_reset', 'verify_address', 'change_address', 'invitation'))`);
  }
}
