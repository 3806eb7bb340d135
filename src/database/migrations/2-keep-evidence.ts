import type { MigrationInterface, QueryRunner } from 'typeorm';

// The facts that a booking was decided on stay with it as evidence, and answers to requests with an Idempotency-Key are
// kept. Earlier rows have no evidence: null.
const BOOKINGS = `ALTER TABLE bookings
  ADD COLUMN day_version INT UNSIGNED NULL COMMENT 'that of its doctor_days row when it took its time',
  ADD COLUMN open_from DATETIME NULL COMMENT 'UTC; the open time that it was booked in',
  ADD COLUMN open_until DATETIME NULL COMMENT 'UTC'`;

const EXCEPTIONS = `ALTER TABLE exceptions
  ADD COLUMN day_version INT UNSIGNED NULL COMMENT 'that of its doctor_days row when it was made'`;

const IDEMPOTENCY_KEYS = `CREATE TABLE idempotency_keys (
    account_id INT UNSIGNED NOT NULL,
    route VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    idempotency_key VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'as the client sent it',
    request_hash CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'keyed hash of the body',
    outcome MEDIUMTEXT NULL COMMENT 'JSON; null only within the transaction that is finding it out',
    created_at DATETIME(3) NOT NULL,
    PRIMARY KEY (account_id, route, idempotency_key),
    KEY idempotency_keys_age (created_at),
    CONSTRAINT idempotency_keys_account FOREIGN KEY (account_id) REFERENCES accounts (id) ON DELETE CASCADE
  ) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`;

export class KeepEvidence2 implements MigrationInterface {
  readonly name = 'KeepEvidence1000000000002';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [BOOKINGS, EXCEPTIONS, IDEMPOTENCY_KEYS]) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE idempotency_keys');
    await runner.query('ALTER TABLE exceptions DROP COLUMN day_version');
    await runner.query(
      'ALTER TABLE bookings DROP COLUMN day_version, DROP COLUMN open_from, DROP COLUMN open_until',
    );
  }
}
