import type { DataSource } from 'typeorm';
import { type Pages, pagesOf, pagesOfAccount } from '../database/pages.js';

const COLUMNS = `id, relation, given_name, family_name, birth_date, phone, email, locale, contact_by, notes,
       merged_into, version, created_at`;

/** The patients that the account manages, with the desk's notes. */
export const exportPatients = pagesOfAccount(
  `/* export-patients */ SELECT ${COLUMNS} FROM patients WHERE account_id = ?`,
);

/** A patient, and what was merged into it. */
export function exportPatient(dataSource: DataSource, id: number): Pages {
  const sql = `/* export-patient */ SELECT ${COLUMNS}, account_id FROM patients WHERE (id = ? OR merged_into = ?)`;
  return pagesOf(dataSource, { sql, parameters: [id, id], key: { id: 'id' } });
}
