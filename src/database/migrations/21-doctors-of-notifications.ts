import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Notifications keep the doctor that they announce: the desk may move a booking to another doctor. */
export class DoctorsOfNotifications21 implements MigrationInterface {
  readonly name = 'DoctorsOfNotifications1000000000021';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      "ALTER TABLE notifications ADD COLUMN doctor_id INT UNSIGNED NULL COMMENT 'that it announces; null: that of the booking'",
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE notifications DROP COLUMN doctor_id');
  }
}
