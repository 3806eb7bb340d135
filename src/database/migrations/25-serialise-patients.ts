import type { MigrationInterface, QueryRunner } from 'typeorm';

/** One row serialises the entry of patients, so that two desks do not enter one person twice. */
export class SerialisePatients25 implements MigrationInterface {
  readonly name = 'SerialisePatients1000000000025';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE patient_entry_lock (
      id TINYINT UNSIGNED NOT NULL COMMENT 'always 1',
      version INT UNSIGNED NOT NULL,
      PRIMARY KEY (id)
    ) ENGINE = InnoDB`);
    await runner.query(
      'INSERT INTO patient_entry_lock (id, version) VALUES (1, 1) ON DUPLICATE KEY UPDATE id = id',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE patient_entry_lock');
  }
}
