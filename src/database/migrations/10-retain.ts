import type { MigrationInterface, QueryRunner } from 'typeorm';

// How far retention has come. Each round begins where the last one ended, and the integrity check does not report what
// was deleted on purpose.
const RETENTION_MARKS = `CREATE TABLE retention_marks (
    name VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    reached_at DATETIME(3) NOT NULL COMMENT 'UTC; what is older has had its time',
    PRIMARY KEY (name)
  ) ENGINE = InnoDB`;

export class Retain10 implements MigrationInterface {
  readonly name = 'Retain1000000000010';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(RETENTION_MARKS);
    await runner.query('ALTER TABLE account_links ADD KEY account_links_age (expires_at)');
    await runner.query('ALTER TABLE notifications ADD KEY notifications_settled (settled_at)');
    await runner.query('ALTER TABLE audit_events ADD KEY audit_events_age (at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE audit_events DROP KEY audit_events_age');
    await runner.query('ALTER TABLE notifications DROP KEY notifications_settled');
    await runner.query('ALTER TABLE account_links DROP KEY account_links_age');
    await runner.query('DROP TABLE retention_marks');
  }
}
