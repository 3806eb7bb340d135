import type { MigrationInterface, QueryRunner } from 'typeorm';

// The foreign key of user_id needs one of the two keys at every moment.
const UP = [
  'ALTER TABLE bookings ADD KEY bookings_patient_start (user_id, starts_at)',
  'ALTER TABLE bookings ADD KEY bookings_doctor_start (doctor_id, starts_at)',
  'ALTER TABLE bookings DROP KEY bookings_patient',
];

const DOWN = [
  'ALTER TABLE bookings ADD KEY bookings_patient (user_id, date, start_time)',
  'ALTER TABLE bookings DROP KEY bookings_patient_start',
  'ALTER TABLE bookings DROP KEY bookings_doctor_start',
];

/**
 * Lists of bookings are ordered by the instant at which they begin: across zones, wall-clock times sort differently.
 */
export class OrderByInstant14 implements MigrationInterface {
  readonly name = 'OrderByInstant1000000000014';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of DOWN) await runner.query(statement);
  }
}
