import { query, type Source } from '../database/statement.js';
import type { PatientRecord } from './patient.js';
import { PATIENT_COLUMNS, type PatientRow, recordOf, WITH_ACCOUNT } from './patient.repository.js';
import { IS_PRESENT } from './patient.sql.js';

/** A bound, as every statement has one; far above the patients of a clinic, so none is missed. */
const MAX_REACHED = 100_000;

/** The patients with one of these addresses. It reads the whole table once: only the import runs it. */
export async function findByAddresses(source: Source, emails: readonly string[]): Promise<PatientRecord[]> {
  if (emails.length === 0) return [];
  const rows = await query<PatientRow>(
    source,
    `/* find-patients-by-addresses */
     SELECT ${PATIENT_COLUMNS} FROM patients p ${WITH_ACCOUNT}
     WHERE p.email IN (${emails.map(() => '?').join(', ')}) AND ${IS_PRESENT} ORDER BY p.id LIMIT ${MAX_REACHED}`,
    [...emails],
  );
  return rows.map(recordOf);
}
