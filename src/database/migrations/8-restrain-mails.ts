import type { MigrationInterface, QueryRunner } from 'typeorm';
import { allowedKinds, allowKinds } from './allowed-kinds.js';

const LINK_KIND = 'change_address';
const CODE = 'CHARACTER SET ascii COLLATE ascii_bin';
const ADDRESS = 'VARCHAR(254) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL';

// Only the code defines the kinds. account_id is no foreign key: its check would lock the account in every transaction
// that books, against the lock order of erasures.
const NOTIFICATIONS = [
  'ALTER TABLE notifications DROP CONSTRAINT notifications_kind',
  'ALTER TABLE notifications DROP CONSTRAINT notifications_about',
  `ALTER TABLE notifications
     MODIFY COLUMN kind VARCHAR(32) ${CODE} NOT NULL,
     ADD COLUMN account_id INT UNSIGNED NULL COMMENT 'whom it is for',
     ADD COLUMN address ${ADDRESS} COMMENT 'where it goes, if not to the address of the account',
     ADD COLUMN subject_id INT UNSIGNED NULL COMMENT 'the account that it tells of, if another',
     DROP KEY notifications_due,
     ADD KEY notifications_due (state, due_at, account_id),
     ADD KEY notifications_account (account_id, settled_at, state, kind),
     ADD KEY notifications_address (address, settled_at)`,
  'UPDATE notifications n JOIN bookings b ON b.id = n.booking_id SET n.account_id = b.user_id',
  'UPDATE notifications n JOIN account_links l ON l.id = n.link_id SET n.account_id = l.account_id',
  `ALTER TABLE notifications ADD CONSTRAINT notifications_about CHECK (
     (booking_id IS NULL OR link_id IS NULL) AND COALESCE(booking_id, link_id, account_id) IS NOT NULL)`,
];

const LINKS = `ALTER TABLE account_links
  ADD COLUMN address ${ADDRESS} COMMENT 'that the account is to have once the link is used'`;

const REFUSED_ADDRESSES = `CREATE TABLE refused_addresses (
    hash BINARY(32) NOT NULL COMMENT 'SHA-256 of the address in lower case',
    refused_at DATETIME(3) NOT NULL COMMENT 'UTC; when its owner said: this is not me',
    PRIMARY KEY (hash)
  ) ENGINE = InnoDB`;

const KINDS = [
  ...['booked', 'moved', 'cancelled', 'reminder_24h', 'reminder_1h'],
  ...['password_reset', 'verify_address', 'invitation'],
];

const DOWN = [
  'DROP TABLE refused_addresses',
  'DELETE FROM notifications WHERE booking_id IS NULL AND link_id IS NULL',
  `DELETE FROM notifications WHERE kind = '${LINK_KIND}'`,
  `DELETE FROM account_links WHERE kind = '${LINK_KIND}'`,
  'ALTER TABLE account_links DROP COLUMN address',
  'ALTER TABLE notifications DROP CONSTRAINT notifications_about',
  `ALTER TABLE notifications
     MODIFY COLUMN kind VARCHAR(16) ${CODE} NOT NULL,
     DROP KEY notifications_due,
     DROP KEY notifications_account,
     DROP KEY notifications_address,
     DROP COLUMN account_id, DROP COLUMN address, DROP COLUMN subject_id,
     ADD KEY notifications_due (state, due_at)`,
  `ALTER TABLE notifications
     ADD CONSTRAINT notifications_kind CHECK (kind IN (${KINDS.map((kind) => `'${kind}'`).join(', ')})),
     ADD CONSTRAINT notifications_about CHECK ((booking_id IS NULL) <> (link_id IS NULL))`,
];

/** Adds notices about accounts, links that change addresses, and refused addresses. */
export class RestrainMails8 implements MigrationInterface {
  readonly name = 'RestrainMails1000000000008';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [...NOTIFICATIONS, LINKS, REFUSED_ADDRESSES]) await runner.query(statement);
    const kinds = await allowedKinds(runner, 'account_links');
    await allowKinds(runner, 'account_links', [...kinds!, LINK_KIND]);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of DOWN) await runner.query(statement);
    const kinds = await allowedKinds(runner, 'account_links');
    const others = kinds!.filter((kind) => kind !== LINK_KIND);
    await allowKinds(runner, 'account_links', others);
  }
}
