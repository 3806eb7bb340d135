import { type Finding, MOST_LISTED } from './finding.js';

/** What a check has found: all of it counted, the first of it listed. */
export class Findings {
  readonly listed: Finding[] = [];
  total = 0;

  /** @param total how many there are, where `listed` are only the first */
  static of(listed: readonly Finding[], total: number = listed.length): Findings {
    const findings = new Findings();
    findings.listed.push(...listed.slice(0, MOST_LISTED));
    findings.total = total;
    return findings;
  }

  add(finding: Finding): void {
    this.total += 1;
    if (this.listed.length < MOST_LISTED) this.listed.push(finding);
  }
}
