import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Links may be mailed to patients without an account. */
export class InvitePatients22 implements MigrationInterface {
  readonly name = 'InvitePatients1000000000022';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE account_links
      MODIFY COLUMN account_id INT UNSIGNED NULL COMMENT 'null if it was mailed to a patient',
      MODIFY COLUMN kind VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'that of its message',
      ADD COLUMN patient_id INT UNSIGNED NULL,
      ADD KEY account_links_patient (patient_id),
      ADD CONSTRAINT account_links_person FOREIGN KEY (patient_id) REFERENCES patients (id)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'DELETE FROM notifications WHERE link_id IN (SELECT id FROM account_links WHERE account_id IS NULL)',
    );
    await runner.query('DELETE FROM account_links WHERE account_id IS NULL');
    // MySQL does not change a column of a foreign key while it checks them.
    await runner.query('SET SESSION foreign_key_checks = 0');
    await runner.query(`ALTER TABLE account_links
      DROP FOREIGN KEY account_links_person, DROP KEY account_links_patient, DROP COLUMN patient_id,
      MODIFY COLUMN kind VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'that of its message',
      MODIFY COLUMN account_id INT UNSIGNED NOT NULL`);
    await runner.query('SET SESSION foreign_key_checks = 1');
  }
}
