import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';

/** A column of a table: its title, and its cell for a row. */
export type Column<Row> = readonly [title: string, of: (row: Row) => string | number];

/** A Markdown table; all columns except the first are right-aligned. */
export function markdownTable<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const cells = [
    columns.map(([title]) => title),
    ...rows.map((row) => columns.map(([, of]) => String(of(row)))),
  ];
  const widths = columns.map((_, column) => Math.max(3, ...cells.map((row) => row[column]!.length)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!))).join(' | ')} |`;
  const rule = `| ${widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  return [line(cells[0]!), rule, ...cells.slice(1).map(line)].join('\n');
}

/** Puts text between `<!-- name -->` and `<!-- /name -->` of a document. */
export function writeSection(file: string, name: string, text: string): void {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const document = readFileSync(file, 'utf8');
  if (!document.includes(begin) || !document.includes(end))
    throw new Error(`${file} has no place for ${name}.`);
  const before = document.slice(0, document.indexOf(begin) + begin.length);
  writeFileSync(file, `${before}\n\n${text}\n\n${document.slice(document.indexOf(end))}`);
}

/** The command, commit and machine that produced the numbers. */
export function provenance(command: string): string {
  const [processor] = cpus();
  const machine = `${cpus().length} × ${processor!.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`;
  return `\`${command}\` at ${commit()}, on ${machine}.`;
}

function commit(): string {
  const git = (...args: string[]): string =>
    execFileSync('git', args, { encoding: 'utf8', stdio: 'pipe' }).trim();
  try {
    const changed = git('status', '--porcelain', '--', 'src', 'test', 'bin') === '' ? '' : ', changed since';
    return `commit ${git('log', '-1', '--format=%h %cs')}${changed}`;
  } catch {
    // No repository, or no git.
    return 'no commit';
  }
}
