import type { EntityManager } from 'typeorm';
import { ALL_ACCOUNTS, joinAccount, mailAddressOf } from '../auth/accounts/account.sql.js';
import { execute, query, type Source } from '../database/statement.js';
import type { EpochMs } from '../time/interval.js';
import { Patient, type PatientRelation } from './patient.entity.js';
import { PatientName } from './patient-name.entity.js';
import { nameWords } from './patient-names.js';
import type { PatientDetails, PatientRecord, SeenPatient, TypedDetails } from './patient.js';
import { IS_PRESENT, isGuardianSql } from './patient.sql.js';

/** The statements of the `patients` table and of the words of their names. */

export interface PatientRow extends Omit<PatientRecord, 'createdAt' | 'isErased'> {
  readonly createdAt: Date;
  readonly erasedAt: Date | null;
}

type SeenRow = PatientRow & { readonly ownRelation: PatientRelation | null };

/** The columns of `PatientRow`, of the patient `p` and the account `a` that manages it. */
export const PATIENT_COLUMNS = `p.id, p.account_id AS accountId, p.relation, p.given_name AS givenName,
  p.family_name AS familyName, p.birth_date AS birthDate, p.phone, p.email, p.locale, p.contact_by AS contactBy, p.notes,
  p.merged_into AS mergedInto, p.erased_at AS erasedAt, p.version, p.created_at AS createdAt,
  ${mailAddressOf()} AS accountEmail`;

/** Joins the account that manages the patient `p`, if there is one. */
export const WITH_ACCOUNT = `LEFT ${joinAccount('p.account_id')}`;

/** The relation of the account in both parameters to the patient `p`. */
const OWN_RELATION = `CASE WHEN p.account_id = ? THEN p.relation WHEN ${isGuardianSql('p.id')} THEN 'dependant' END AS ownRelation`;

export function recordOf<Row extends PatientRow>(
  row: Row,
): Omit<Row, 'createdAt' | 'erasedAt'> & Pick<PatientRecord, 'createdAt' | 'isErased'> {
  const { createdAt, erasedAt, ...rest } = row;
  return { ...rest, createdAt: createdAt.getTime(), isErased: erasedAt !== null };
}

/** @param accountId the account that the relation is to */
export async function findPatient(
  source: Source,
  id: number,
  accountId: number,
): Promise<SeenPatient | undefined> {
  const [row] = await query<SeenRow>(
    source,
    `/* find-patient */ SELECT ${PATIENT_COLUMNS}, ${OWN_RELATION} FROM patients p ${WITH_ACCOUNT} WHERE p.id = ?`,
    [accountId, accountId, id],
  );
  return row && recordOf(row);
}

/** The same, with the patient locked until the transaction ends. The account is not locked. */
export async function lockPatient(
  tx: EntityManager,
  id: number,
  accountId: number,
): Promise<SeenPatient | undefined> {
  await query(tx, '/* lock-patient */ SELECT id FROM patients WHERE id = ? FOR UPDATE', [id]);
  return findPatient(tx, id, accountId);
}

/** The patients of an account: its owner, its dependants, and those that it has accepted, each by id. */
export async function listOwnPatients(source: Source, accountId: number): Promise<SeenPatient[]> {
  const rows = await query<SeenRow>(
    source,
    `/* list-own-patients */
     SELECT ${PATIENT_COLUMNS}, ${OWN_RELATION}
     FROM (SELECT id FROM patients WHERE account_id = ?
           UNION SELECT patient_id FROM patient_guardians WHERE account_id = ?) own
     JOIN patients p ON p.id = own.id ${WITH_ACCOUNT}
     WHERE ${IS_PRESENT}
     ORDER BY p.account_id <=> ? DESC, p.relation = 'self' AND p.account_id <=> ? DESC, p.id LIMIT 200`,
    Array<number>(6).fill(accountId),
  );
  return rows.map(recordOf);
}

export async function countDependants(tx: EntityManager, accountId: number): Promise<number> {
  const [row] = await query<{ count: number }>(
    tx,
    `/* count-dependants */ SELECT COUNT(*) AS count FROM patients p
     WHERE p.account_id = ? AND p.relation = 'dependant' AND ${IS_PRESENT}`,
    [accountId],
  );
  return Number(row!.count);
}

/** A patient to insert. */
export interface NewPatient extends TypedDetails {
  readonly accountId: number | null;
  readonly relation: PatientRelation | null;
  readonly createdAt: EpochMs;
}

/** Inserts a patient with the words of their names, and returns the id. */
export async function insertPatient(
  tx: EntityManager,
  { createdAt, ...patient }: NewPatient,
): Promise<number> {
  const { identifiers } = await tx.insert(Patient, { ...patient, createdAt: new Date(createdAt) });
  const { id } = identifiers[0] as Pick<Patient, 'id'>;
  await insertNames(tx, id, patient);
  return id;
}

/** Writes changed details of a patient that the transaction has locked, with the words of changed names. */
export async function updatePatient(
  tx: EntityManager,
  { id, version, givenName, familyName }: PatientRecord,
  changed: Partial<PatientDetails>,
): Promise<void> {
  await tx.update(Patient, { id }, { ...changed, version });
  if (changed.givenName === undefined && changed.familyName === undefined) return;
  await deleteNames(tx, id);
  await insertNames(tx, id, { givenName, familyName });
}

/** Writes details that a locked patient lacked. */
export async function fillDetails(
  tx: EntityManager,
  { id, givenName, familyName }: Pick<PatientRecord, 'id' | 'givenName' | 'familyName'>,
  details: Partial<PatientDetails>,
): Promise<void> {
  if (Object.keys(details).length === 0) return;
  await tx.update(Patient, { id }, details);
  await deleteNames(tx, id);
  await insertNames(tx, id, { givenName, familyName, ...details });
}

/** After this, no search finds the patient by name. For patients who were merged or erased. */
export async function deleteNames(tx: EntityManager, patientId: number): Promise<void> {
  await execute(tx, '/* delete-patient-names */ DELETE FROM patient_names WHERE patient_id = ?', [patientId]);
}

async function insertNames(
  tx: EntityManager,
  patientId: number,
  { givenName = null, familyName = null }: Pick<TypedDetails, 'givenName' | 'familyName'>,
): Promise<void> {
  const { words, text } = nameWords({ givenName, familyName });
  if (words.length > 0)
    await tx.insert(
      PatientName,
      words.map((word) => ({ word, patientId, words: Buffer.from(text) })),
    );
}

/**
 * Inserts the self of every account that has none: an older release that ran beside this one opened it. Several processes
 * may do so at once, since an account has one self.
 *
 * @returns their number
 */
export async function insertMissingSelves(tx: EntityManager): Promise<number> {
  const { affectedRows } = await execute(
    tx,
    `/* insert-missing-selves */
     INSERT INTO patients (account_id, relation, created_at)
     SELECT a.id, 'self', a.created_at FROM ${ALL_ACCOUNTS} a LEFT JOIN patients p ON p.self_account_id = a.id
     WHERE p.id IS NULL
     ON DUPLICATE KEY UPDATE account_id = VALUES(account_id)`,
    [],
  );
  return affectedRows;
}
