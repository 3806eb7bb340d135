import type { MigrationInterface, QueryRunner } from 'typeorm';

const COLUMN = `ALTER TABLE notifications
  ADD COLUMN failing_since DATETIME(3) NULL COMMENT 'UTC; the first failed attempt, while none has succeeded',
  ADD KEY notifications_failing (failing_since)`;

/** Records since when an email has failed: each failed attempt changes `due_at`, so no other column shows it. */
export class RecordFailing13 implements MigrationInterface {
  readonly name = 'RecordFailing1000000000013';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(COLUMN);
    await runner.query(
      `UPDATE notifications SET failing_since = UTC_TIMESTAMP(3)
       WHERE state IN ('pending', 'queued', 'sending') AND attempts > 0 AND failing_since IS NULL`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE notifications DROP KEY notifications_failing, DROP COLUMN failing_since');
  }
}
