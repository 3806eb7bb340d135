import type { MigrationInterface, QueryRunner } from 'typeorm';

// Written by hand, in the SQL that MySQL 8.4 / 9 and MariaDB 10.11 / 11 share. Instants are DATETIME in UTC; dates and
// times of day are the doctor's wall time. Unique keys are named because the code tells them apart by name.
const TABLES = [
  `CREATE TABLE accounts (
    id INT UNSIGNED NOT NULL AUTO_INCREMENT,
    email VARCHAR(254) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL COMMENT 'lower case',
    password_hash VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    role VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    locale VARCHAR(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    created_at DATETIME(3) NOT NULL,
    PRIMARY KEY (id),
    UNIQUE KEY accounts_email (email),
    CONSTRAINT accounts_role CHECK (role IN ('admin', 'doctor', 'user'))
  )`,
  `CREATE TABLE doctors (
    id INT UNSIGNED NOT NULL AUTO_INCREMENT,
    user_id INT UNSIGNED NOT NULL,
    name VARCHAR(120) NOT NULL,
    specialty VARCHAR(120) NOT NULL,
    email VARCHAR(254) NOT NULL COMMENT 'public contact address, not the account',
    timezone VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'IANA; never changes: bookings of different dates must not come to overlap',
    created_at DATETIME(3) NOT NULL,
    PRIMARY KEY (id),
    UNIQUE KEY doctors_user (user_id),
    CONSTRAINT doctors_user_account FOREIGN KEY (user_id) REFERENCES accounts (id)
  )`,
  `CREATE TABLE availability_windows (
    id INT UNSIGNED NOT NULL AUTO_INCREMENT,
    doctor_id INT UNSIGNED NOT NULL,
    day_of_week TINYINT UNSIGNED NOT NULL COMMENT '0 Sunday to 6 Saturday',
    start_time TIME NOT NULL,
    end_time TIME NOT NULL,
    PRIMARY KEY (id),
    KEY availability_windows_day (doctor_id, day_of_week, start_time, end_time),
    CONSTRAINT availability_windows_doctor FOREIGN KEY (doctor_id) REFERENCES doctors (id),
    CONSTRAINT availability_windows_weekday CHECK (day_of_week <= 6),
    CONSTRAINT availability_windows_order CHECK (start_time < end_time)
  )`,
  // The index of the foreign key has no nullable column: MySQL 9.7 does not check rows with a null in it.
  `CREATE TABLE exceptions (
    id INT UNSIGNED NOT NULL AUTO_INCREMENT,
    doctor_id INT UNSIGNED NOT NULL,
    date DATE NOT NULL,
    start_time TIME NULL COMMENT 'null: the full day',
    end_time TIME NULL,
    PRIMARY KEY (id),
    KEY exceptions_day (doctor_id, date),
    CONSTRAINT exceptions_doctor FOREIGN KEY (doctor_id) REFERENCES doctors (id),
    CONSTRAINT exceptions_times CHECK ((start_time IS NULL) = (end_time IS NULL)),
    CONSTRAINT exceptions_order CHECK (start_time IS NULL OR start_time < end_time)
  )`,
  // The locks. A transaction that takes time on a doctor's date first writes the day; one that changes the weekly
  // windows writes the schedule. They have no foreign keys because they are written before the doctor is read.
  `CREATE TABLE doctor_days (
    doctor_id INT UNSIGNED NOT NULL,
    date DATE NOT NULL,
    version INT UNSIGNED NOT NULL,
    PRIMARY KEY (doctor_id, date)
  )`,
  `CREATE TABLE doctor_schedules (
    doctor_id INT UNSIGNED NOT NULL,
    version INT UNSIGNED NOT NULL,
    PRIMARY KEY (doctor_id)
  )`,
  `CREATE TABLE bookings (
    id INT UNSIGNED NOT NULL AUTO_INCREMENT,
    uid CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'names the booking in calendars, for life',
    doctor_id INT UNSIGNED NOT NULL,
    user_id INT UNSIGNED NOT NULL COMMENT 'the patient',
    date DATE NOT NULL COMMENT 'wall time at the doctor''s, with start_time',
    start_time TIME NOT NULL,
    duration_minutes SMALLINT UNSIGNED NOT NULL,
    starts_at DATETIME NOT NULL COMMENT 'UTC',
    ends_at DATETIME NOT NULL COMMENT 'UTC',
    status VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    version INT UNSIGNED NOT NULL COMMENT 'from 1, raised by each change',
    created_at DATETIME(3) NOT NULL,
    updated_at DATETIME(3) NOT NULL,
    live_starts_at DATETIME GENERATED ALWAYS AS (CASE WHEN status = 'booked' THEN starts_at END) VIRTUAL,
    PRIMARY KEY (id),
    UNIQUE KEY bookings_uid (uid),
    UNIQUE KEY bookings_live_start (doctor_id, live_starts_at),
    KEY bookings_doctor_day (doctor_id, date, start_time),
    KEY bookings_patient (user_id, date, start_time),
    CONSTRAINT bookings_doctor FOREIGN KEY (doctor_id) REFERENCES doctors (id),
    CONSTRAINT bookings_patient_account FOREIGN KEY (user_id) REFERENCES accounts (id),
    CONSTRAINT bookings_status CHECK (status IN ('booked', 'cancelled')),
    CONSTRAINT bookings_duration CHECK (duration_minutes BETWEEN 1 AND 480),
    CONSTRAINT bookings_order CHECK (starts_at < ends_at)
  )`,
  `CREATE TABLE notifications (
    id INT UNSIGNED NOT NULL AUTO_INCREMENT,
    booking_id INT UNSIGNED NOT NULL,
    booking_version INT UNSIGNED NOT NULL,
    kind VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    starts_at DATETIME NOT NULL COMMENT 'UTC; the start the message tells',
    duration_minutes SMALLINT UNSIGNED NOT NULL,
    due_at DATETIME(3) NOT NULL COMMENT 'UTC; not to be sent earlier',
    state VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    claim CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'with which others it was last queued',
    leased_until DATETIME(3) NULL,
    lease INT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'raised by each queueing: who holds an older one has lost it',
    attempts INT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'how often it was offered to the mail server',
    reason VARCHAR(500) NULL COMMENT 'the last error, or why it was cancelled',
    message_id VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'Message-ID, the same at each attempt',
    created_at DATETIME(3) NOT NULL,
    settled_at DATETIME(3) NULL COMMENT 'when it was sent, cancelled or given up',
    PRIMARY KEY (id),
    UNIQUE KEY notifications_once (booking_id, booking_version, kind),
    KEY notifications_due (state, due_at),
    KEY notifications_leased (state, leased_until),
    KEY notifications_claim (claim),
    CONSTRAINT notifications_booking FOREIGN KEY (booking_id) REFERENCES bookings (id),
    CONSTRAINT notifications_kind CHECK (kind IN ('booked', 'moved', 'cancelled', 'reminder_24h', 'reminder_1h')),
    CONSTRAINT notifications_state CHECK (state IN ('pending', 'queued', 'sending', 'sent', 'dead', 'cancelled'))
  )`,
];

export class CreateClinic1 implements MigrationInterface {
  readonly name = 'CreateClinic1000000000001';

  async up(runner: QueryRunner): Promise<void> {
    for (const table of TABLES) {
      await runner.query(`${table} ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    const names = TABLES.map((table) => /CREATE TABLE (\w+)/.exec(table)![1]).reverse();
    await runner.query(`DROP TABLE ${names.join(', ')}`);
  }
}
