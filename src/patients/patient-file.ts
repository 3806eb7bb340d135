import { CsvError, parse } from 'csv-parse/sync';
import { DETAIL_FIELDS, WIRE_NAMES } from './patient.js';

/** A file cannot be read as a list of patients. The message is for the operator. */
export class UnreadableFile extends Error {}

/** A line of the file. */
export interface FileLine {
  /** Where it begins in the file, from 1. */
  readonly number: number;
  /** The filled cells, by column. */
  readonly cells: Readonly<Record<string, string>>;
}

/** The most patients in a file: the import is one transaction. */
export const MAX_LINES = 5000;

const COLUMNS = DETAIL_FIELDS.map((field) => WIRE_NAMES[field]);
const REQUIRED = ['given_name', 'family_name'];

interface Row {
  readonly record: string[];
  readonly info: { readonly lines: number };
}

/**
 * Reads a CSV file of patients. Pure.
 *
 * @throws UnreadableFile
 */
export function readPatientFile(bytes: Uint8Array): FileLine[] {
  const [header, ...rows] = rowsOf(textOf(bytes));
  if (!header) throw new UnreadableFile('The file is empty. Its first line must name the columns.');
  const columns = header.record.map((name) => name.trim());
  assertColumns(columns);
  if (rows.length > MAX_LINES)
    throw new UnreadableFile(
      `The file has ${rows.length} patients. Split it into files of at most ${MAX_LINES}.`,
    );
  return rows.map((row) => lineOf(row, columns));
}

function textOf(bytes: Uint8Array): string {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    if (!text.includes('\0')) return text;
  } catch {
    // The bytes are not UTF-8.
  }
  throw new UnreadableFile('The file is not in UTF-8. Save it as "CSV UTF-8" and try again.');
}

function rowsOf(text: string): Row[] {
  const [header = ''] = text.split(/[\r\n]/, 1);
  try {
    return parse(text, {
      delimiter: header.includes(';') ? ';' : ',',
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      skip_records_with_empty_values: true,
    }) as unknown as Row[];
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = (error as { lines?: number }).lines;
    throw new UnreadableFile(
      `Line ${line}: a quote is not closed. Enclose the cell in quotes, and write each quote inside it twice.`,
    );
  }
}

function assertColumns(columns: readonly string[]): void {
  if (columns.length === 1 && columns[0]!.includes('\t'))
    throw new UnreadableFile(
      'The columns are separated with tabs. Separate columns with commas or semicolons.',
    );
  const unknown = columns.filter((name) => !COLUMNS.includes(name));
  if (unknown.length > 0)
    throw new UnreadableFile(
      `Unknown columns: ${unknown.map((name) => `"${name}"`).join(', ')}. The columns are ${COLUMNS.join(', ')}.`,
    );
  const twice = columns.find((name, at) => columns.indexOf(name) !== at);
  if (twice !== undefined) throw new UnreadableFile(`The column ${twice} is there twice. Remove one.`);
  const missing = REQUIRED.filter((name) => !columns.includes(name));
  if (missing.length > 0) throw new UnreadableFile(`Missing columns: ${missing.join(', ')}. Add them.`);
  if (!columns.includes('phone') && !columns.includes('email'))
    throw new UnreadableFile('The file has neither phone nor email. Add one of these columns.');
}

function lineOf({ record, info }: Row, columns: readonly string[]): FileLine {
  const breaks = record.join('').split(/\r\n|\r|\n/).length - 1;
  const cells: Record<string, string> = {};
  for (const [at, cell] of record.entries()) {
    // A cell without a column is a fault of the line, unless it is empty.
    if (cell.trim() !== '') cells[columns[at] ?? `cell ${at + 1}`] = cell.trim();
  }
  return { number: info.lines - breaks, cells };
}
