import type { MigrationInterface, QueryRunner } from 'typeorm';

// A row for each log-in. Existing tokens belong to no session, and expire within a day.
const SESSIONS = `CREATE TABLE sessions (
    id INT UNSIGNED NOT NULL AUTO_INCREMENT,
    account_id INT UNSIGNED NOT NULL,
    created_at DATETIME(3) NOT NULL COMMENT 'UTC; the log-in',
    last_seen_at DATETIME(3) NOT NULL COMMENT 'UTC; to the minute',
    expires_at DATETIME(3) NOT NULL COMMENT 'UTC; no token of it is good after',
    ended_at DATETIME(3) NULL COMMENT 'UTC; by its owner, or because it was idle',
    address VARCHAR(45) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'of the network, at the log-in',
    user_agent VARCHAR(200) CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'what the client called itself',
    PRIMARY KEY (id),
    KEY sessions_account (account_id, id),
    KEY sessions_ended (ended_at, last_seen_at),
    KEY sessions_age (expires_at),
    CONSTRAINT sessions_owner FOREIGN KEY (account_id) REFERENCES accounts (id)
  ) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`;

// Existing families get a session at their next exchange.
const REFRESH_TOKENS = `ALTER TABLE refresh_tokens
  ADD COLUMN session_id INT UNSIGNED NULL COMMENT 'that the family belongs to',
  ADD COLUMN used_by CHAR(43) CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'keyed hash of the client that used it',
  ADD KEY refresh_tokens_session (session_id)`;

export class KeepSessions7 implements MigrationInterface {
  readonly name = 'KeepSessions1000000000007';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(SESSIONS);
    await runner.query(REFRESH_TOKENS);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'ALTER TABLE refresh_tokens DROP KEY refresh_tokens_session, DROP COLUMN session_id, DROP COLUMN used_by',
    );
    await runner.query('DROP TABLE sessions');
  }
}
