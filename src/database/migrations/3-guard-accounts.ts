import type { MigrationInterface, QueryRunner } from 'typeorm';

// An account's tokens carry its session version; a token with an older one is no longer valid. Existing accounts and
// their tokens have 0.
const ACCOUNTS = `ALTER TABLE accounts
  ADD COLUMN session_version INT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'raised whenever all sessions end',
  ADD COLUMN sessions_ended_at DATETIME(3) NULL COMMENT 'UTC; when they last did',
  ADD COLUMN disabled_at DATETIME(3) NULL COMMENT 'UTC; cannot log in since',
  ADD KEY accounts_role (role),
  ADD KEY accounts_sessions_ended (sessions_ended_at)`;

const REFRESH_TOKENS = `CREATE TABLE refresh_tokens (
    id INT UNSIGNED NOT NULL AUTO_INCREMENT,
    account_id INT UNSIGNED NOT NULL,
    session_version INT UNSIGNED NOT NULL COMMENT 'that of the account at the log-in',
    family CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'all that came of one log-in',
    token_hash CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    created_at DATETIME(3) NOT NULL,
    expires_at DATETIME(3) NOT NULL COMMENT 'UTC; that of the log-in, for the whole family',
    used_at DATETIME(3) NULL COMMENT 'UTC; exchanged for the next one',
    PRIMARY KEY (id),
    UNIQUE KEY refresh_tokens_hash (token_hash),
    KEY refresh_tokens_family (family),
    KEY refresh_tokens_account (account_id),
    KEY refresh_tokens_age (expires_at),
    CONSTRAINT refresh_tokens_owner FOREIGN KEY (account_id) REFERENCES accounts (id)
  ) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`;

// A transaction that removes an admin first writes this row, so that two admins cannot remove each other at once.
const ADMIN_LOCK = `CREATE TABLE admin_lock (
    id TINYINT UNSIGNED NOT NULL,
    version INT UNSIGNED NOT NULL,
    PRIMARY KEY (id)
  ) ENGINE = InnoDB`;

export class GuardAccounts3 implements MigrationInterface {
  readonly name = 'GuardAccounts1000000000003';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [ACCOUNTS, REFRESH_TOKENS, ADMIN_LOCK]) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE refresh_tokens, admin_lock');
    await runner.query(
      `ALTER TABLE accounts DROP KEY accounts_role, DROP KEY accounts_sessions_ended, DROP COLUMN session_version,
       DROP COLUMN sessions_ended_at, DROP COLUMN disabled_at`,
    );
  }
}
