import { Refusal } from '../errors/domain-error.js';
import { StrictValidationPipe } from '../http/validation.pipe.js';
import { isProbablySame } from './duplicates.js';
import type { LineFaults } from './import-report.js';
import { CreatePatientDto } from './patient.dto.js';
import type { FileLine } from './patient-file.js';
import type { TypedDetails } from './patient.js';
import { nameKey } from './patient-names.js';
import { type DetailFacts, missingDetails, readDetails } from './patient.rules.js';

/** A line without faults. */
export interface CheckedLine {
  readonly line: number;
  readonly details: TypedDetails;
}

const pipe = new StrictValidationPipe();

/** Checks a line by the rules of `POST /api/patients` for the desk. */
export function checkLine({ number, cells }: FileLine, facts: DetailFacts): CheckedLine | LineFaults {
  try {
    const dto = pipe.transform(cells, { type: 'body', metatype: CreatePatientDto }) as CreatePatientDto;
    const typed = dto.toDetails();
    const { details, errors } = readDetails(typed, facts);
    const messages = [...missingDetails(typed, null), ...errors].map(({ message }) => message);
    return messages.length > 0 ? { line: number, messages } : { line: number, details };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { line: number, messages: [error.message, ...furtherFaults(cells, facts, error.message)] };
  }
}

/** What the service would find after the fields are corrected, so that one report names all faults. */
function furtherFaults(cells: FileLine['cells'], facts: DetailFacts, known: string): string[] {
  const { birth_date: birthDate, phone } = cells;
  const { errors } = readDetails({ birthDate, phone }, facts);
  const missing = missingDetails({ givenName: '-', familyName: '-', phone, email: cells.email }, null);
  return [...missing, ...errors.filter(({ field }) => !known.includes(`${field} must`))].map(
    ({ message }) => message,
  );
}

/**
 * Whether a patient has what a line says: names and address. `isProbablySame` needs a birth date or a phone number,
 * so without this a second import of a file would repeat the lines that have neither.
 */
export function isSameLine(a: TypedDetails, b: TypedDetails & { readonly id?: number }): boolean {
  const areEqual = (one?: string | null, other?: string | null): boolean =>
    one === other || (nameKey(one ?? '') !== '' && nameKey(one ?? '') === nameKey(other ?? ''));
  const isNamedAlike = areEqual(a.givenName, b.givenName) && areEqual(a.familyName, b.familyName);
  const isOtherBirth = Boolean(a.birthDate && b.birthDate && a.birthDate !== b.birthDate);
  return Boolean(a.email) && a.email === b.email && isNamedAlike && !isOtherBirth;
}

/** For each line that is probably a repetition: the earlier lines of the same person. */
export function likelyDuplicatesIn(lines: readonly CheckedLine[]): Map<number, number[]> {
  const byKey = new Map<string, CheckedLine[]>();
  const found = new Map<number, number[]>();
  for (const line of lines) {
    const { birthDate, phone, email } = line.details;
    const keys = [birthDate, phone, email].filter((key): key is string => Boolean(key));
    const earlier = new Set(keys.flatMap((key) => byKey.get(key) ?? []));
    const same = [...earlier].filter(
      ({ details }) => isProbablySame(line.details, details) || isSameLine(line.details, details),
    );
    if (same.length > 0)
      found.set(
        line.line,
        same.map((other) => other.line),
      );
    for (const key of keys) byKey.set(key, [...(byKey.get(key) ?? []), line]);
  }
  return found;
}
