import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Numbers the mails of each address. Two senders that count the same mails choose the same number, and the primary key
 * accepts only one of them: counting needs neither a lock nor a transaction. Mails that are counted without a number, by
 * an earlier release, get that of their notification.
 */
export class NumberAddressMails18 implements MigrationInterface {
  readonly name = 'NumberAddressMails1000000000018';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE address_mails
      ADD COLUMN ordinal INT UNSIGNED NOT NULL DEFAULT (notification_id) COMMENT 'counts up for each address',
      DROP PRIMARY KEY, ADD PRIMARY KEY (address_hash, ordinal),
      DROP KEY address_mails_address, ADD KEY address_mails_notification (notification_id)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DELETE FROM address_mails');
    await runner.query(`ALTER TABLE address_mails DROP PRIMARY KEY, ADD PRIMARY KEY (notification_id),
      DROP KEY address_mails_notification, DROP COLUMN ordinal,
      ADD KEY address_mails_address (address_hash, mailed_at, kind)`);
  }
}
