import type { MigrationInterface, QueryRunner } from 'typeorm';

export class SecondFactors6 implements MigrationInterface {
  readonly name = 'SecondFactors1000000000006';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE accounts
      ADD COLUMN second_factor VARBINARY(64) NULL COMMENT 'secret of the authenticator, sealed with JWT_SECRET',
      ADD COLUMN second_factor_since DATETIME(3) NULL COMMENT 'UTC; asked for at log-in since',
      ADD COLUMN second_factor_step INT UNSIGNED NULL COMMENT 'the last 30 seconds whose digits were used'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      `ALTER TABLE accounts DROP COLUMN second_factor, DROP COLUMN second_factor_since, DROP COLUMN second_factor_step`,
    );
  }
}
