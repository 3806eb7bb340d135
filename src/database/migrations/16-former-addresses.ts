import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Records, for a notice to a former address, whether that address had been confirmed: no other row still has this. */
export class FormerAddresses16 implements MigrationInterface {
  readonly name = 'FormerAddresses1000000000016';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE notifications
      ADD COLUMN address_confirmed TINYINT(1) NULL COMMENT 'of a former address in address; null where that is none'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE notifications DROP COLUMN address_confirmed');
  }
}
