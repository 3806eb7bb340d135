import type { MigrationInterface, QueryRunner } from 'typeorm';

const CLINIC = `ALTER TABLE clinic
  ADD COLUMN horizon_days SMALLINT UNSIGNED NULL DEFAULT 365 COMMENT 'null, as in the other limits: none',
  ADD COLUMN min_notice_minutes INT UNSIGNED NULL DEFAULT 0,
  ADD COLUMN cancel_cutoff_minutes INT UNSIGNED NULL DEFAULT 0,
  ADD COLUMN max_live_bookings SMALLINT UNSIGNED NULL DEFAULT 50 COMMENT 'of one patient',
  ADD COLUMN type_required TINYINT(1) NOT NULL DEFAULT 0,
  ADD COLUMN one_place_at_a_time TINYINT(1) NOT NULL DEFAULT 0,
  ADD COLUMN public_availability TINYINT(1) NOT NULL DEFAULT 0`;

const TYPES = `CREATE TABLE appointment_types (
    id INT UNSIGNED NOT NULL AUTO_INCREMENT,
    code VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    name VARCHAR(100) NOT NULL,
    description VARCHAR(500) NULL,
    duration_minutes SMALLINT UNSIGNED NOT NULL,
    slot_step_minutes SMALLINT UNSIGNED NULL COMMENT 'null: the duration',
    buffer_before SMALLINT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'minutes',
    buffer_after SMALLINT UNSIGNED NOT NULL DEFAULT 0,
    min_notice_minutes INT UNSIGNED NULL COMMENT 'null: that of the clinic',
    horizon_days SMALLINT UNSIGNED NULL COMMENT 'null: that of the clinic',
    cancel_cutoff_minutes INT UNSIGNED NULL COMMENT 'null: that of the clinic',
    max_per_day SMALLINT UNSIGNED NULL COMMENT 'of one doctor; null: no limit',
    max_live_bookings SMALLINT UNSIGNED NULL COMMENT 'of one patient; null: no limit of its own',
    audience VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'patients',
    active TINYINT(1) NOT NULL DEFAULT 1,
    version INT UNSIGNED NOT NULL DEFAULT 1 COMMENT 'raised by each change',
    created_at DATETIME(3) NOT NULL,
    PRIMARY KEY (id),
    UNIQUE KEY appointment_types_code (code)
  ) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`;

const DOCTOR_TYPES = `CREATE TABLE doctor_types (
    doctor_id INT UNSIGNED NOT NULL,
    type_id INT UNSIGNED NOT NULL,
    duration_minutes SMALLINT UNSIGNED NULL COMMENT 'null, as in the other values: that of the type',
    slot_step_minutes SMALLINT UNSIGNED NULL,
    buffer_before SMALLINT UNSIGNED NULL,
    buffer_after SMALLINT UNSIGNED NULL,
    min_notice_minutes INT UNSIGNED NULL,
    horizon_days SMALLINT UNSIGNED NULL,
    cancel_cutoff_minutes INT UNSIGNED NULL,
    max_per_day SMALLINT UNSIGNED NULL,
    max_live_bookings SMALLINT UNSIGNED NULL,
    PRIMARY KEY (doctor_id, type_id),
    KEY doctor_types_type (type_id),
    CONSTRAINT doctor_types_doctor FOREIGN KEY (doctor_id) REFERENCES doctors (id),
    CONSTRAINT doctor_types_offered FOREIGN KEY (type_id) REFERENCES appointment_types (id)
  ) ENGINE = InnoDB`;

// Neither keys nor checks, so that servers can add the columns without copying a million bookings. Types are never deleted.
const BOOKINGS = `ALTER TABLE bookings
  ADD COLUMN type_id INT UNSIGNED NULL,
  ADD COLUMN type_code VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'as it was when booked',
  ADD COLUMN type_name VARCHAR(100) NULL COMMENT 'as it was when booked',
  ADD COLUMN buffer_before SMALLINT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'minutes, as they were when booked',
  ADD COLUMN buffer_after SMALLINT UNSIGNED NOT NULL DEFAULT 0,
  ADD COLUMN one_place TINYINT(1) NOT NULL DEFAULT 0 COMMENT 'PATIENT_BUSY judges it, also when it is rescheduled'`;

const WINDOWS = `ALTER TABLE availability_windows
  ADD COLUMN valid_from DATE NULL COMMENT 'inclusive; null: without a first date',
  ADD COLUMN valid_until DATE NULL COMMENT 'inclusive; null: without a last date',
  ADD COLUMN type_ids VARCHAR(1000) CHARACTER SET ascii COLLATE ascii_bin NULL
    COMMENT 'only for these types: ascending, commas between; null: for every request'`;

// Without a foreign key: its check would lock the patient before the account, which an erasure locks first.
const PATIENT_SCHEDULES = `CREATE TABLE patient_schedules (
    patient_id INT UNSIGNED NOT NULL,
    version INT UNSIGNED NOT NULL,
    PRIMARY KEY (patient_id)
  ) ENGINE = InnoDB`;

/** What may be booked: appointment types, what each doctor offers of them, limits, and windows with validity and types. */
export class AppointmentTypes26 implements MigrationInterface {
  readonly name = 'AppointmentTypes1000000000026';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [CLINIC, TYPES, DOCTOR_TYPES, BOOKINGS, WINDOWS, PATIENT_SCHEDULES])
      await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE patient_schedules, doctor_types, appointment_types');
    await runner.query(
      'ALTER TABLE availability_windows DROP COLUMN valid_from, DROP COLUMN valid_until, DROP COLUMN type_ids',
    );
    await runner.query(
      `ALTER TABLE bookings DROP COLUMN type_id, DROP COLUMN type_code, DROP COLUMN type_name,
       DROP COLUMN buffer_before, DROP COLUMN buffer_after, DROP COLUMN one_place`,
    );
    await runner.query(
      `ALTER TABLE clinic DROP COLUMN horizon_days, DROP COLUMN min_notice_minutes, DROP COLUMN cancel_cutoff_minutes,
       DROP COLUMN max_live_bookings, DROP COLUMN type_required, DROP COLUMN one_place_at_a_time,
       DROP COLUMN public_availability`,
    );
  }
}
