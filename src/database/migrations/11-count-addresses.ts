import type { MigrationInterface, QueryRunner } from 'typeorm';

const HASH = 'CHAR(43) CHARACTER SET ascii COLLATE ascii_bin';

// The mails that an address got within a day, for whichever accounts. No foreign key: rows outlive the notifications of
// an erased account, and are swept by age.
const ADDRESS_MAILS = `CREATE TABLE address_mails (
    notification_id INT UNSIGNED NOT NULL,
    address_hash ${HASH} NOT NULL COMMENT 'keyed hash of the address that it went to',
    kind VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    mailed_at DATETIME(3) NOT NULL COMMENT 'UTC',
    PRIMARY KEY (notification_id),
    KEY address_mails_address (address_hash, mailed_at, kind),
    KEY address_mails_age (mailed_at)
  ) ENGINE = InnoDB`;

// The lock: a transaction that counts the mails or the codes of an address writes its row first.
const MAILED_ADDRESSES = `CREATE TABLE mailed_addresses (
    address_hash ${HASH} NOT NULL,
    counted_at DATETIME(3) NOT NULL COMMENT 'UTC; when something was last counted',
    PRIMARY KEY (address_hash),
    KEY mailed_addresses_age (counted_at)
  ) ENGINE = InnoDB`;

const LINKS = `ALTER TABLE account_links
  ADD COLUMN address_hash ${HASH} NULL COMMENT 'keyed hash of the address that it was mailed to, for a week',
  ADD KEY account_links_address (address_hash, kind, created_at)`;

/** Counts mails and codes by address. Earlier codes are not counted: their pauses begin anew. */
export class CountAddresses11 implements MigrationInterface {
  readonly name = 'CountAddresses1000000000011';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [ADDRESS_MAILS, MAILED_ADDRESSES, LINKS]) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE account_links DROP KEY account_links_address, DROP COLUMN address_hash');
    await runner.query('DROP TABLE mailed_addresses, address_mails');
  }
}
