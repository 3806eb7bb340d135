import { readFileSync, writeFileSync } from 'node:fs';
import type { Result } from './verdict.js';

const COLUMNS: readonly [string, (result: Result) => string | number][] = [
  ['scenario', ({ name }) => name],
  ['faults', ({ faults }) => faults],
  ['requests', ({ requests }) => requests],
  ['refused', ({ refused }) => refused],
  ['bookings', ({ bookings }) => bookings],
  ['mails', ({ mails }) => mails],
  ['of them reminders', ({ reminders }) => reminders],
  ['dead', ({ dead }) => dead],
  ['O', ({ O }) => O],
  ['A', ({ A }) => A],
  ['K', ({ K }) => K],
  ['M', ({ M }) => M],
  ['D', ({ D }) => D],
  ['W', ({ W }) => W],
  ['E', ({ E }) => E],
  ['R (s)', ({ R }) => R.toFixed(1)],
  ['slowest (s)', ({ slowestAnswer }) => slowestAnswer.toFixed(1)],
  ['integrity', ({ integrity }) => integrity],
  ['held', ({ broken }) => (broken.length === 0 ? 'yes' : 'NO')],
];

/** The table of results, in Markdown. */
export function tableOf(results: readonly Result[]): string {
  const cells = [
    COLUMNS.map(([title]) => title),
    ...results.map((result) => COLUMNS.map(([, of]) => String(of(result)))),
  ];
  const widths = COLUMNS.map((_, column) => Math.max(3, ...cells.map((row) => row[column]!.length)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!))).join(' | ')} |`;
  const rule = `| ${widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  return [line(cells[0]!), rule, ...cells.slice(1).map(line)].join('\n');
}

/** Puts text between `<!-- name -->` and `<!-- /name -->` of a document. */
export function writeInto(file: string, name: string, text: string): void {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const document = readFileSync(file, 'utf8');
  if (!document.includes(begin) || !document.includes(end))
    throw new Error(`${file} has no place for ${name}.`);
  const before = document.slice(0, document.indexOf(begin) + begin.length);
  writeFileSync(file, `${before}\n\n${text}\n\n${document.slice(document.indexOf(end))}`);
}
