import type { MigrationInterface, QueryRunner } from 'typeorm';

const KEYS = [
  { name: 'bookings_patient_start', columns: 'user_id, starts_at' },
  { name: 'bookings_doctor_start', columns: 'doctor_id, starts_at' },
];
/** By the doctors' wall clocks, which across zones is another order. */
const BY_WALL_CLOCK = { name: 'bookings_patient', columns: 'user_id, date, start_time' };

/** Lists of bookings are ordered by the instant at which they begin. */
export class OrderByInstant14 implements MigrationInterface {
  readonly name = 'OrderByInstant1000000000014';

  // Each statement says whether it is needed, so that this can run again after it failed half-way. The foreign key of
  // user_id needs one of the two keys at any moment.
  async up(runner: QueryRunner): Promise<void> {
    for (const key of KEYS) await addKey(runner, key);
    await dropKey(runner, BY_WALL_CLOCK);
  }

  async down(runner: QueryRunner): Promise<void> {
    await addKey(runner, BY_WALL_CLOCK);
    for (const key of KEYS) await dropKey(runner, key);
  }
}

interface Key {
  readonly name: string;
  readonly columns: string;
}

async function addKey(runner: QueryRunner, { name, columns }: Key): Promise<void> {
  if (!(await hasKey(runner, name))) await runner.query(`ALTER TABLE bookings ADD KEY ${name} (${columns})`);
}

async function dropKey(runner: QueryRunner, { name }: Key): Promise<void> {
  if (await hasKey(runner, name)) await runner.query(`ALTER TABLE bookings DROP KEY ${name}`);
}

async function hasKey(runner: QueryRunner, name: string): Promise<boolean> {
  const rows = (await runner.query(
    `SELECT 1 FROM information_schema.STATISTICS
     WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'bookings' AND INDEX_NAME = ?`,
    [name],
  )) as unknown[];
  return rows.length > 0;
}
