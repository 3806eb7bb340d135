import type { MigrationInterface, QueryRunner } from 'typeorm';
import { canonicalizeAddresses } from '../canonical-addresses.js';

/** Gives accounts the canonical form of their addresses, so that two spellings of one mailbox are one account. */
export class CanonicalAddresses15 implements MigrationInterface {
  readonly name = 'CanonicalAddresses1000000000015';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `ALTER TABLE accounts ADD COLUMN mail_address VARCHAR(254) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL
       COMMENT 'where mails go, if not to email' AFTER email`,
    );
    await runner.query(
      `ALTER TABLE accounts MODIFY email VARCHAR(254) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL
       COMMENT 'canonical form'`,
    );
    await canonicalizeAddresses(runner.manager);
  }

  async down(runner: QueryRunner): Promise<void> {
    // The previous version looks up and mails addresses in lower case.
    await runner.query('UPDATE IGNORE accounts SET email = mail_address WHERE mail_address IS NOT NULL');
    await runner.query('ALTER TABLE accounts DROP COLUMN mail_address');
    await runner.query(
      `ALTER TABLE accounts MODIFY email VARCHAR(254) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL
       COMMENT 'lower case'`,
    );
  }
}
