import { RULES } from './reference-clinic.js';

/** What a run has compared. */
export class Counts {
  clinics = 0;
  gridPoints = 0;
  lists = 0;
  searches = 0;
  pages = 0;
  startsFound = 0;
  nexts = 0;
  explanations = 0;
  bookings = 0;
  /** Of these with any doctor. */
  bookingsWithAny = 0;
  overrides = 0;
  reschedules = 0;
  cancellations = 0;
  refusals = 0;
  /** By rule: how many refusals named it. */
  readonly byRule = new Map<string, number>(RULES.map((rule) => [rule, 0]));
  /** By code: how many requests were refused for another reason than a rule. */
  readonly byCode = new Map<string, number>();

  refused(violations: readonly string[]): void {
    this.refusals += 1;
    for (const rule of violations) this.byRule.set(rule, (this.byRule.get(rule) ?? 0) + 1);
  }

  turnedAway(code: string): void {
    this.byCode.set(code, (this.byCode.get(code) ?? 0) + 1);
  }

  /** The rules that no refusal named. */
  get unseen(): string[] {
    return [...this.byRule].filter(([, count]) => count === 0).map(([rule]) => rule);
  }
}
