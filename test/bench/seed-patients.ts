import type { Connection } from 'mysql2/promise';

/** How many patients there are, and of how many given names and family names. */
export interface PatientsSize {
  readonly patients: number;
  readonly names: number;
}

/**
 * Adds patients without accounts. Of `names` 20, one in twenty is called `Given3`, one in twenty `Family7`, and one in
 * four hundred both; everybody also has a name of their own, `Own<i>`. Seven were born on the same day of 200,000.
 * Needs the table `numbers` of `fill`, with as many numbers.
 */
export async function fillPatients(database: Connection, { patients, names }: PatientsSize): Promise<void> {
  const family = `CONCAT('Family', i DIV ${names} % ${names}, ' Own', i)`;
  const first = await nextId(database);
  await database.query(
    `INSERT INTO patients (id, given_name, family_name, birth_date, phone, created_at)
     SELECT ${first} + i, CONCAT('Given', i % ${names}), ${family}, DATE('1930-01-01') + INTERVAL i % 30000 DAY,
            CONCAT('+346', LPAD(i, 8, '0')), UTC_TIMESTAMP(3)
     FROM numbers WHERE i < ?`,
    [patients],
  );
  const word = (position: number): string =>
    `SUBSTRING_INDEX(SUBSTRING_INDEX(words, ' ', ${position}), ' ', -1)`;
  await database.query(
    `INSERT INTO patient_names (word, patient_id, words)
     SELECT CASE n.i WHEN 0 THEN ${word(2)} WHEN 1 THEN ${word(3)} WHEN 2 THEN ${word(4)} ELSE ${word(5)} END, id, words
     FROM (SELECT id, LOWER(CONCAT(' ', given_name, ' ', family_name, ' ', REPLACE(family_name, ' ', ''))) AS words
           FROM patients WHERE id >= ${first} AND given_name IS NOT NULL) p JOIN numbers n ON n.i < 4`,
  );
  await database.query('ANALYZE TABLE patients, patient_names');
}

async function nextId(database: Connection): Promise<number> {
  const [rows] = await database.query('SELECT MAX(id) + 1 AS id FROM patients');
  return (rows as { id: number | null }[])[0]!.id ?? 1;
}
