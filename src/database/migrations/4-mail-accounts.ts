import type { MigrationInterface, QueryRunner } from 'typeorm';

// Links that are mailed to accounts. Their tokens are not stored: they are computed from the uid and the secret.
const ACCOUNT_LINKS = `CREATE TABLE account_links (
    id INT UNSIGNED NOT NULL AUTO_INCREMENT,
    uid CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    account_id INT UNSIGNED NOT NULL,
    kind VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'that of its message',
    session_version INT UNSIGNED NOT NULL COMMENT 'that of the account when it was asked for',
    created_at DATETIME(3) NOT NULL,
    expires_at DATETIME(3) NOT NULL,
    used_at DATETIME(3) NULL,
    PRIMARY KEY (id),
    UNIQUE KEY account_links_uid (uid),
    KEY account_links_account (account_id, kind, created_at),
    CONSTRAINT account_links_owner FOREIGN KEY (account_id) REFERENCES accounts (id),
    CONSTRAINT account_links_kind CHECK (kind IN ('password_reset', 'verify_address'))
  ) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`;

const BOOKING_KINDS = "'booked', 'moved', 'cancelled', 'reminder_24h', 'reminder_1h'";

// Existing accounts have been in use: their addresses count as verified.
const UP = [
  "ALTER TABLE accounts ADD COLUMN verified_at DATETIME(3) NULL COMMENT 'UTC; when the address was'",
  'UPDATE accounts SET verified_at = created_at',
  ACCOUNT_LINKS,
  // A notification is about a booking or carries a link. booking_version stays NOT NULL: nothing may rely on a key with
  // nullable columns.
  'ALTER TABLE notifications DROP CONSTRAINT notifications_kind',
  `ALTER TABLE notifications
     MODIFY COLUMN booking_id INT UNSIGNED NULL,
     MODIFY COLUMN starts_at DATETIME NULL COMMENT 'UTC; the start the message tells',
     MODIFY COLUMN duration_minutes SMALLINT UNSIGNED NULL,
     ADD COLUMN link_id INT UNSIGNED NULL,
     ADD UNIQUE KEY notifications_link (link_id),
     ADD CONSTRAINT notifications_account_link FOREIGN KEY (link_id) REFERENCES account_links (id)`,
  `ALTER TABLE notifications
     ADD CONSTRAINT notifications_kind CHECK (kind IN (${BOOKING_KINDS}, 'password_reset', 'verify_address')),
     ADD CONSTRAINT notifications_about CHECK ((booking_id IS NULL) <> (link_id IS NULL))`,
];

const DOWN = [
  'DELETE FROM notifications WHERE booking_id IS NULL',
  'ALTER TABLE notifications DROP CONSTRAINT notifications_about',
  'ALTER TABLE notifications DROP CONSTRAINT notifications_kind',
  'ALTER TABLE notifications DROP FOREIGN KEY notifications_account_link',
  `ALTER TABLE notifications DROP KEY notifications_link, DROP COLUMN link_id,
     MODIFY COLUMN booking_id INT UNSIGNED NOT NULL,
     MODIFY COLUMN starts_at DATETIME NOT NULL COMMENT 'UTC; the start the message tells',
     MODIFY COLUMN duration_minutes SMALLINT UNSIGNED NOT NULL`,
  `ALTER TABLE notifications ADD CONSTRAINT notifications_kind CHECK (kind IN (${BOOKING_KINDS}))`,
  'DROP TABLE account_links',
  'ALTER TABLE accounts DROP COLUMN verified_at',
];

export class MailAccounts4 implements MigrationInterface {
  readonly name = 'MailAccounts1000000000004';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of DOWN) await runner.query(statement);
  }
}
