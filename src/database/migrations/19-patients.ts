import type { MigrationInterface, QueryRunner } from 'typeorm';

const PATIENTS = `CREATE TABLE patients (
    id INT UNSIGNED NOT NULL AUTO_INCREMENT,
    account_id INT UNSIGNED NULL COMMENT 'the account that manages the patient',
    relation VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'of the account to the patient',
    given_name VARCHAR(100) NULL,
    family_name VARCHAR(100) NULL,
    birth_date DATE NULL,
    phone VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'E.164',
    email VARCHAR(254) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL COMMENT 'null: that of the account',
    locale VARCHAR(8) CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'null: that of the account',
    contact_by VARCHAR(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'email',
    notes VARCHAR(1000) NULL COMMENT 'for the desk only',
    merged_into INT UNSIGNED NULL,
    erased_at DATETIME(3) NULL,
    version INT UNSIGNED NOT NULL DEFAULT 1 COMMENT 'raised by each change',
    created_at DATETIME(3) NOT NULL,
    phone_reversed VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin GENERATED ALWAYS AS (REVERSE(phone)) VIRTUAL
      COMMENT 'the last digits come first, for search',
    self_account_id INT UNSIGNED GENERATED ALWAYS AS (CASE WHEN relation = 'self' THEN account_id END) VIRTUAL,
    PRIMARY KEY (id),
    UNIQUE KEY patients_self (self_account_id),
    KEY patients_account (account_id),
    KEY patients_birth_date (birth_date),
    KEY patients_phone (phone_reversed),
    KEY patients_email (email),
    CONSTRAINT patients_account_id FOREIGN KEY (account_id) REFERENCES accounts (id),
    CONSTRAINT patients_merged_into FOREIGN KEY (merged_into) REFERENCES patients (id),
    CONSTRAINT patients_has_relation CHECK ((account_id IS NULL) = (relation IS NULL))
  ) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`;

// An existing account and its patient have the same id, so the bookings of the account are those of the patient.
const SELVES = `INSERT INTO patients (id, account_id, relation, created_at)
  SELECT id, id, 'self', created_at FROM accounts ON DUPLICATE KEY UPDATE id = patients.id`;

const GUARDIANS = `CREATE TABLE patient_guardians (
    account_id INT UNSIGNED NOT NULL COMMENT 'besides the account that manages the patient',
    patient_id INT UNSIGNED NOT NULL,
    accepted_at DATETIME(3) NOT NULL,
    PRIMARY KEY (account_id, patient_id),
    KEY patient_guardians_patient (patient_id),
    CONSTRAINT patient_guardians_account FOREIGN KEY (account_id) REFERENCES accounts (id),
    CONSTRAINT patient_guardians_patient_id FOREIGN KEY (patient_id) REFERENCES patients (id)
  ) ENGINE = InnoDB`;

const NAMES = `CREATE TABLE patient_names (
    word VARCHAR(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL COMMENT 'of a name, without case and accents',
    patient_id INT UNSIGNED NOT NULL,
    words VARBINARY(3000) NOT NULL COMMENT 'all words of the patient, each after a space',
    PRIMARY KEY (word, patient_id),
    KEY patient_names_patient (patient_id),
    CONSTRAINT patient_names_patient_id FOREIGN KEY (patient_id) REFERENCES patients (id)
  ) ENGINE = InnoDB`;

const CLINIC = `CREATE TABLE clinic (
    id TINYINT UNSIGNED NOT NULL COMMENT 'always 1',
    name VARCHAR(120) NULL COMMENT 'null, like address and phone: that of the configuration',
    address VARCHAR(200) NULL,
    phone VARCHAR(40) NULL,
    country CHAR(2) CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'ISO 3166-1 alpha-2; of national phone numbers',
    version INT UNSIGNED NOT NULL DEFAULT 1 COMMENT 'raised by each change',
    PRIMARY KEY (id),
    CONSTRAINT clinic_once CHECK (id = 1)
  ) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`;

const DOCTORS = `ALTER TABLE doctors
  ADD COLUMN active TINYINT(1) NOT NULL DEFAULT 1,
  ADD COLUMN timezone_since DATETIME(3) NULL COMMENT 'UTC; bookings that ended before it were made in another time zone',
  ADD COLUMN version INT UNSIGNED NOT NULL DEFAULT 1 COMMENT 'raised by each change'`;

/**
 * Patients are people, apart from accounts. Each existing account gets its patient. Also adds the front desk's role, the
 * clinic's settings, and doctors who are no longer active.
 */
export class Patients19 implements MigrationInterface {
  readonly name = 'Patients1000000000019';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE accounts DROP CONSTRAINT accounts_role');
    await runner.query(
      "ALTER TABLE accounts ADD CONSTRAINT accounts_role CHECK (role IN ('admin', 'staff', 'doctor', 'user'))",
    );
    for (const statement of [PATIENTS, SELVES, GUARDIANS, NAMES, CLINIC]) await runner.query(statement);
    await runner.query('INSERT IGNORE INTO clinic (id) VALUES (1)');
    await runner.query(DOCTORS);
    await runner.query(
      "ALTER TABLE audit_events ADD COLUMN reason VARCHAR(500) NULL COMMENT 'why, in the words of the desk'",
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE audit_events DROP COLUMN reason');
    await runner.query(
      'ALTER TABLE doctors DROP COLUMN active, DROP COLUMN timezone_since, DROP COLUMN version',
    );
    await runner.query('DROP TABLE clinic, patient_names, patient_guardians, patients');
    await runner.query("UPDATE accounts SET role = 'user' WHERE role = 'staff'");
    await runner.query('ALTER TABLE accounts DROP CONSTRAINT accounts_role');
    await runner.query(
      "ALTER TABLE accounts ADD CONSTRAINT accounts_role CHECK (role IN ('admin', 'doctor', 'user'))",
    );
  }
}
