import type { CheckReport, Report } from './integrity.service.js';

/** A report for a person at a terminal: a line for each check, and under it what was found and what to do. */
export function reportText({ healthy, checks }: Report): string {
  const total = checks.reduce((sum, { findingsTotal }) => sum + findingsTotal, 0);
  const verdict = healthy
    ? 'Nothing was found: all is as it should be.'
    : `${total} found. docs/operations.md explains the codes.`;
  return [...checks.flatMap(linesOf), '', verdict].join('\n');
}

function linesOf({ code, title, findingsTotal, findings }: CheckReport): string[] {
  const count = findingsTotal === 0 ? 'ok' : String(findingsTotal);
  const unlisted = findingsTotal - findings.length;
  return [
    `${count.padStart(6)}  ${title}`,
    ...findings.flatMap((each) => [
      `        ${each.code}, ${each.subject}: ${each.detail}.`,
      `          -> ${each.remedy}`,
    ]),
    ...(unlisted > 0 ? [`        and ${unlisted} more of ${code}`] : []),
  ];
}
