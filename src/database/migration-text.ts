/** A report for a terminal: a line for each migration, with its number and name, and then how many were applied. */
export function migrationText(applied: readonly string[]): string {
  if (applied.length === 0) return 'The database is up to date.';
  const count = applied.length === 1 ? '1 migration' : `${applied.length} migrations`;
  return [...applied.map(lineOf), `${count} applied.`].join('\n');
}

/** @param name for instance CreateClinic1000000000001: a class name, and digits that end in the number */
function lineOf(name: string): string {
  const [, words, number] = /^(\D+)10*([1-9]\d*)$/.exec(name)!;
  return `${number!.padStart(2)}  ${words!.replaceAll(/(?<=.)(?=[A-Z])/g, ' ').toLowerCase()}`;
}
