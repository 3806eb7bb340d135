import type { CheckReport, Report } from './integrity.service.js';

/** A report for a terminal: a line for each check, followed by its findings and what to do about them. Both have codes. */
export function reportText({ healthy, checks }: Report): string {
  const total = checks.reduce((sum, { findingsTotal }) => sum + findingsTotal, 0);
  const verdict = healthy
    ? 'No findings: everything is consistent.'
    : `Findings: ${total}. docs/operations.md explains the codes.`;
  const width = Math.max(...checks.map(({ code }) => code.length));
  return [...checks.flatMap((check) => linesOf(check, width)), '', verdict].join('\n');
}

function linesOf({ code, title, findingsTotal, findings }: CheckReport, codeWidth: number): string[] {
  const count = findingsTotal === 0 ? 'ok' : String(findingsTotal);
  const unlisted = findingsTotal - findings.length;
  return [
    `${count.padStart(6)}  ${code.padEnd(codeWidth)}  ${title}`,
    ...findings.flatMap((each) => [
      `        ${each.code}, ${each.subject}: ${each.detail}.`,
      `          -> ${each.remedy}`,
    ]),
    ...(unlisted > 0 ? [`        and ${unlisted} more of ${code}`] : []),
  ];
}
