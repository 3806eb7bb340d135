import type { SelectStatement } from '../database/statement.js';
import type { UnionPart } from '../database/union-part.js';

/** SQL for other modules to read patients together with their own tables. */

/** Joins the patient with this id, as `p`. */
export function joinPatient(id: string): string {
  return `JOIN patients p ON p.id = ${id}`;
}

/** Joins the patient who owns the account with this id, as `s`. */
export function joinSelf(accountId: string): string {
  return `JOIN patients s ON s.self_account_id = ${accountId}`;
}

/** The patients, as `p`. */
export const PATIENTS = 'patients p';

/** The id of the patient who owns the account in the parameter. */
export const SELF_ID = '(SELECT id FROM patients WHERE self_account_id = ?)';

/** Whether the patient `p` is a person: neither merged into another nor erased. */
export const IS_PRESENT = 'p.merged_into IS NULL AND p.erased_at IS NULL';

/** A column of the patient with this id. */
export function columnOfPatient(column: 'given_name' | 'family_name', id: string): string {
  return `(SELECT ${column} FROM patients WHERE id = ${id})`;
}

/** Whether the account in the parameter has accepted the patient with this id, besides the account that manages it. */
export function isGuardianSql(patientId: string): string {
  return `EXISTS (SELECT 1 FROM patient_guardians g WHERE g.patient_id = ${patientId} AND g.account_id = ?)`;
}

/** Whether the account in the parameter has accepted a patient. */
export const HAS_ACCEPTED = 'EXISTS (SELECT 1 FROM patient_guardians WHERE account_id = ?)';

/** The accounts that have accepted patients, as `g`. */
export const GUARDIANS = 'patient_guardians g';

/** @param isOwn whether the actor's account manages the patient, or has accepted the patient */
function scheduleColumns(isOwn: string): string {
  return `'patient', CAST(JSON_OBJECT('id', p.id, 'accountId', p.account_id, 'givenName', p.given_name,
                                      'familyName', p.family_name, 'isOwn', ${isOwn}) AS CHAR),
          NULL, NULL, NULL, NULL, NULL, NULL`;
}

/**
 * The patient's part of `read-schedule`: the actor's own patient. Parameter: the actor's account. The column that other
 * parts fill with the time zone holds JSON, so that the parts have few columns.
 */
export const SELF_OF_SCHEDULE: UnionPart = {
  columns: scheduleColumns('1'),
  from: () => `FROM patients p WHERE p.self_account_id = ? AND ${IS_PRESENT}`,
};

/** The same, of any patient. Parameters: the actor's account twice, the patient. */
export const PATIENT_OF_SCHEDULE: UnionPart = {
  columns: scheduleColumns(`COALESCE(p.account_id = ?, 0) OR ${isGuardianSql('p.id')}`),
  from: () => `FROM patients p WHERE p.id = ? AND ${IS_PRESENT}`,
};

/** The ids of these patients that exist. */
export function patientsById(ids: readonly number[]): SelectStatement {
  return { sql: 'SELECT id FROM patients WHERE id IN (?)', parameters: [ids] };
}
