import type { MigrationInterface, QueryRunner } from 'typeorm';

// Only the code defines the statuses: MySQL would take minutes, and very much memory, to check a million bookings while it
// copies them. One statement, so that the table is copied once, and a run that is killed leaves the table as it was. Existing
// bookings were made by their patients' own accounts, whose patients have the same ids.
const UP = `ALTER TABLE bookings
  MODIFY COLUMN user_id INT UNSIGNED NULL COMMENT 'the account of the patient, if there is one',
  ADD COLUMN patient_id INT UNSIGNED NOT NULL DEFAULT (user_id) AFTER user_id,
  ADD COLUMN edits INT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'counts changes that keep the time',
  ADD COLUMN note VARCHAR(500) NULL,
  ADD COLUMN overbooked TINYINT(1) NOT NULL DEFAULT 0 COMMENT 'the desk let it overlap another booking',
  ADD COLUMN overridden VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'the rules that the desk overrode',
  ADD COLUMN override_reason VARCHAR(500) NULL,
  ADD COLUMN booked_by INT UNSIGNED NULL DEFAULT (user_id) COMMENT 'an account',
  ADD COLUMN booked_by_role VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'user',
  ADD COLUMN cancelled_by_role VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NULL,
  ADD COLUMN cancel_reason VARCHAR(500) NULL,
  MODIFY COLUMN live_starts_at DATETIME
    GENERATED ALWAYS AS (CASE WHEN status <> 'cancelled' AND overbooked = 0 THEN starts_at END) VIRTUAL,
  ADD KEY bookings_person_start (patient_id, starts_at),
  ADD KEY bookings_start (starts_at),
  ADD CONSTRAINT bookings_person FOREIGN KEY (patient_id) REFERENCES patients (id),
  DROP CONSTRAINT bookings_status`;

// Of accounts that were opened since the table of patients was made. No other patients exist yet.
const LATE_SELVES = `INSERT INTO patients (id, account_id, relation, created_at)
  SELECT a.id, a.id, 'self', a.created_at FROM accounts a LEFT JOIN patients p ON p.self_account_id = a.id
  WHERE p.id IS NULL ON DUPLICATE KEY UPDATE id = patients.id`;

const DOWN = `ALTER TABLE bookings
  DROP FOREIGN KEY bookings_person,
  DROP KEY bookings_person_start,
  DROP KEY bookings_start,
  MODIFY COLUMN live_starts_at DATETIME GENERATED ALWAYS AS (CASE WHEN status = 'booked' THEN starts_at END) VIRTUAL,
  DROP COLUMN patient_id, DROP COLUMN edits, DROP COLUMN note, DROP COLUMN overbooked, DROP COLUMN overridden,
  DROP COLUMN override_reason, DROP COLUMN booked_by, DROP COLUMN booked_by_role, DROP COLUMN cancelled_by_role,
  DROP COLUMN cancel_reason,
  MODIFY COLUMN user_id INT UNSIGNED NOT NULL COMMENT 'the patient'`;

/** Bookings are for patients, with or without an account. The desk books too, and records what became of them. */
export class BookingsOfPatients20 implements MigrationInterface {
  readonly name = 'BookingsOfPatients1000000000020';

  async up(runner: QueryRunner): Promise<void> {
    // Every patient exists, and MySQL would take minutes to check a million bookings while it copies them.
    await runner.query('SET SESSION foreign_key_checks = 0');
    await runner.query(UP);
    await runner.query('SET SESSION foreign_key_checks = 1');
    await runner.query(LATE_SELVES);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      "UPDATE bookings SET status = 'booked' WHERE status IN ('arrived', 'fulfilled', 'noshow')",
    );
    // MySQL does not change a column of a foreign key while it checks them.
    await runner.query('SET SESSION foreign_key_checks = 0');
    await runner.query(DOWN);
    await runner.query('SET SESSION foreign_key_checks = 1');
    await runner.query(
      "ALTER TABLE bookings ADD CONSTRAINT bookings_status CHECK (status IN ('booked', 'cancelled'))",
    );
  }
}
