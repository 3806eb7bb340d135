import type { MigrationInterface, QueryRunner } from 'typeorm';

// Rows are only ever added. No foreign keys: an event outlives its subject.
const AUDIT_EVENTS = `CREATE TABLE audit_events (
    id INT UNSIGNED NOT NULL AUTO_INCREMENT,
    at DATETIME(3) NOT NULL COMMENT 'UTC',
    actor_id INT UNSIGNED NULL COMMENT 'the account; null for a visitor or the service itself',
    actor_role VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NULL,
    action VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    subject VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    subject_id INT UNSIGNED NOT NULL,
    address VARCHAR(45) CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'of the network',
    request_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
    particulars VARCHAR(500) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'JSON; never a text that somebody typed',
    PRIMARY KEY (id),
    KEY audit_events_subject (subject, subject_id, id),
    KEY audit_events_actor (actor_id, id)
  ) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`;

export class KeepAudit5 implements MigrationInterface {
  readonly name = 'KeepAudit1000000000005';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(AUDIT_EVENTS);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE audit_events');
  }
}
