import type { EntityManager } from 'typeorm';
import { query, type Source } from '../database/statement.js';
import type { PatientRecord, TypedDetails } from './patient.js';
import { nameKey } from './patient-names.js';
import { PATIENT_COLUMNS, type PatientRow, recordOf, WITH_ACCOUNT } from './patient.repository.js';
import { IS_PRESENT } from './patient.sql.js';

/** What the desk knows about a patient whom it looks for: at least one of these. */
export interface PatientSearch {
  /** Each is the beginning of a word of the names. */
  readonly words: readonly string[];
  readonly birthDate?: string | undefined;
  /** Each may be the end of the phone number. */
  readonly phoneEnds: readonly string[];
}

const MAX_FOUND = 50;
/** A word that so many patients have is frequent, however many more have it. */
const FREQUENT = 300;
/** Rows of patients who have the word, up to that number: this costs the same for every word. */
const ROWS_OF_WORD = `(SELECT 1 FROM patient_names WHERE word LIKE ? LIMIT ${FREQUENT})`;
/** The most patients with the same birth date and family name, or phone and given name. */
const MAX_ALIKE = 100;

/** A part of a statement. */
interface Fragment {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

/**
 * At most 50 patients whom the search fits, by name. It reads the rows of what is rarest: a phone number, a birth date,
 * or the rarest word. Each of these is the beginning of an index, and the other words are in the same rows, so patients
 * with other names cost nothing.
 */
export async function searchPatients(source: Source, search: PatientSearch): Promise<PatientRecord[]> {
  const { sql, parameters } = await matchesOf(source, search);
  const rows = await query<PatientRow>(
    source,
    `/* search-patients */
     SELECT ${PATIENT_COLUMNS} FROM (SELECT DISTINCT ${sql} LIMIT ${MAX_FOUND}) found
     JOIN patients p ON p.id = found.id ${WITH_ACCOUNT}
     ORDER BY p.family_name, p.given_name, p.id`,
    [...parameters],
  );
  return rows.map(recordOf);
}

async function matchesOf(source: Source, { words, birthDate, phoneEnds }: PatientSearch): Promise<Fragment> {
  const byBirthDate = { sql: ' AND p.birth_date = ?', parameters: [birthDate] };
  const others = [...(birthDate === undefined ? [] : [byBirthDate]), ...ofNames(words)];
  if (phoneEnds.length > 0) {
    const ends = phoneEnds.map(() => 'p.phone_reversed LIKE ?').join(' OR ');
    const start = `p.id FROM patients p FORCE INDEX (patients_phone) WHERE (${ends}) AND ${IS_PRESENT}`;
    return joined({ sql: start, parameters: phoneEnds.map(reversedPrefix) }, others);
  }
  if (birthDate !== undefined) {
    const start = `p.id FROM patients p FORCE INDEX (patients_birth_date) WHERE ${IS_PRESENT}`;
    return joined({ sql: start, parameters: [] }, others);
  }
  return withWords(await rarest(source, words), words);
}

function withWords(first: string, words: readonly string[]): Fragment {
  const others = words.filter((word) => word !== first);
  return {
    sql: `p.id FROM patient_names n FORCE INDEX (PRIMARY) STRAIGHT_JOIN patients p ON p.id = n.patient_id
          WHERE n.word LIKE ?${others.map(() => ' AND n.words LIKE ?').join('')} AND ${IS_PRESENT}`,
    parameters: [`${first}%`, ...others.map(amongWords)],
  };
}

/** The condition that patients found otherwise have these words, by one row of their names. */
function ofNames(words: readonly string[]): Fragment[] {
  if (words.length === 0) return [];
  const all = words.map(() => 'n.words LIKE ?').join(' AND ');
  const sql = ` AND (SELECT ${all} FROM patient_names n WHERE n.patient_id = p.id LIMIT 1)`;
  return [{ sql, parameters: words.map(amongWords) }];
}

/** The word that fewest patients have; of frequent ones the longest. */
async function rarest(source: Source, words: readonly string[]): Promise<string> {
  if (words.length === 1) return words[0]!;
  const counts = words.map((_, at) => `(SELECT COUNT(*) FROM ${ROWS_OF_WORD} n${at}) AS count${at}`);
  const [row] = await query<Record<string, number>>(
    source,
    `/* count-patient-words */ SELECT ${counts.join(', ')}`,
    words.map((word) => `${word}%`),
  );
  const sorted = words
    .map((word, at) => ({ word, count: Number(row![`count${at}`]) }))
    .sort((a, b) => a.count - b.count || b.word.length - a.word.length);
  return sorted[0]!.word;
}

/**
 * The patients who may be the same person: those with the same birth date and family name, or phone and given name.
 *
 * @see isProbablySame
 */
export async function findAlike(
  tx: EntityManager,
  { givenName, familyName, birthDate, phone }: TypedDetails,
): Promise<PatientRecord[]> {
  const alike = (condition: string): string =>
    `(SELECT p.id FROM patients p JOIN patient_names n ON n.patient_id = p.id AND n.word = ?
      WHERE ${condition} AND ${IS_PRESENT} LIMIT ${MAX_ALIKE})`;
  const rows = await query<PatientRow>(
    tx,
    `/* find-alike-patients */
     SELECT ${PATIENT_COLUMNS} FROM (${alike('p.birth_date = ?')} UNION ${alike('p.phone_reversed = ?')}) found
     JOIN patients p ON p.id = found.id ${WITH_ACCOUNT} ORDER BY p.id`,
    [nameKey(familyName ?? ''), birthDate ?? null, nameKey(givenName ?? ''), phone ? reversed(phone) : null],
  );
  return rows.map(recordOf);
}

function joined(start: Fragment, others: readonly Fragment[]): Fragment {
  return {
    sql: start.sql + others.map(({ sql }) => sql).join(''),
    parameters: [...start.parameters, ...others.flatMap(({ parameters }) => parameters)],
  };
}

/** For the column that has a space before each word. Words have no wildcards: only letters, marks and digits. */
function amongWords(word: string): string {
  return `% ${word}%`;
}

function reversedPrefix(phoneEnd: string): string {
  return `${reversed(phoneEnd)}%`;
}

function reversed(text: string): string {
  return [...text].reverse().join('');
}
