/** What is wrong with a line of the file. */
export interface LineFaults {
  readonly line: number;
  readonly messages: readonly string[];
}

/** A line that is probably a patient whom the clinic has, or an earlier line of the file. */
export interface LikelyDuplicate {
  readonly line: number;
  readonly patientIds: readonly number[];
  readonly lines: readonly number[];
}

/** What an import did, or in a dry run would do. */
export interface ImportReport {
  readonly faults: readonly LineFaults[];
  readonly duplicates: readonly LikelyDuplicate[];
  readonly imported: number;
}

/** The report for the operator. It names nobody. Pure. */
export function importText({ faults, duplicates, imported }: ImportReport, isDryRun: boolean): string {
  if (faults.length > 0) {
    const lines = faults.map(({ line, messages }) => `Line ${line}: ${messages.join('; ')}`);
    return [...lines, `Lines with faults: ${faults.length}. Nothing was imported.`].join('\n');
  }
  const lines = duplicates.map(
    ({ line, ...candidates }) => `Line ${line}: left out, probably the same person as ${nameOf(candidates)}`,
  );
  const done = isDryRun ? 'Dry run, nothing was written. To import' : 'Imported';
  return [...lines, `${done}: ${imported}. Left out as likely duplicates: ${duplicates.length}.`].join('\n');
}

function nameOf({ patientIds, lines }: Omit<LikelyDuplicate, 'line'>): string {
  return [...patientIds.map((id) => `patient ${id}`), ...lines.map((line) => `line ${line}`)].join(' and ');
}
