import type { Entry } from './front.js';
import type { Counts } from './oracle.js';
import type { Fault, Scenario } from './scenario.js';

const USUAL_RECOVERY_SECONDS = 5;
const WINDOW_MS = 1_000;
const MOST_FAILURES = 0.01;

/** What a scenario came to. */
export interface Result extends Counts {
  readonly name: string;
  readonly about: string;
  readonly requests: number;
  readonly faults: number;
  /** Chose what the patients did. */
  readonly seed: number;
  /** Changes of bookings of which a patient had no answer within the deadline: nobody knows what became of them. */
  readonly gaveUp: number;
  /** Requests that met a 503 or a broken connection during a fault, as they may. */
  readonly refused: number;
  /** Answers that should not have been: errors, refusals without need, hangs. */
  readonly E: number;
  /** Seconds from the end of a fault until 99 of 100 requests succeed again, where that took longest. */
  readonly R: number;
  /** Seconds that the slowest answer took. */
  readonly slowestAnswer: number;
  /** Findings of `npm run integrity`. */
  readonly integrity: 'clean' | 'findings';
  readonly seconds: number;
  /** Why it did not hold; empty if it did. */
  readonly broken: readonly string[];
}

/** After a standstill servers find the requests of before late, which they began to receive. */
const LATE_AFTER_MS = 2_000;

/**
 * Whether a request was refused as too slow although nobody was to blame: the whole machine had stood still. It was not
 * received, so nothing was done, and the client sends it again.
 *
 * @param standstills when the machine went on after it had stood still
 */
export function isLate({ end, began, ended }: Entry, standstills: readonly number[]): boolean {
  return end === 408 && standstills.some((on) => ended >= on - LATE_AFTER_MS && began <= on + LATE_AFTER_MS);
}

/** Requests that failed, apart in those that might and those that should not have. */
export function failures(
  { tolerates = [], recovers = USUAL_RECOVERY_SECONDS }: Scenario,
  journal: readonly Entry[],
  faults: readonly Fault[],
): { refused: Entry[]; unexpected: Entry[] } {
  const during = (entry: Entry): boolean =>
    faults.some(({ began, ended }) => entry.ended >= began && entry.began <= ended + recovers * 1000);
  const mayBe = (entry: Entry): boolean => {
    if (!during(entry)) return false;
    if (entry.end === 'cut') return tolerates.includes('cut');
    return entry.end === 503 && entry.hasRetryAfter && tolerates.includes('503');
  };
  const failed = journal.filter(hasFailed);
  return { refused: failed.filter(mayBe), unexpected: failed.filter((entry) => !mayBe(entry)) };
}

/** What the traffic asks for is done, refused by a rule, or under way. Any other answer is a failure. */
function hasFailed({ end, reply }: Entry): boolean {
  return (
    typeof end !== 'number' || ![200, 201, 400, 409].includes(end) || reply?.code === 'MALFORMED_REQUEST'
  );
}

/** The longest that it took to recover from a fault, in seconds. */
export function slowest(journal: readonly Entry[], faults: readonly Fault[]): number {
  return Math.max(
    0,
    ...faults.map(({ ended }, index) => recovery(journal, ended, faults[index + 1]?.began ?? Infinity)),
  );
}

/**
 * Seconds from a moment until no second goes by any more in which more than one request in a hundred fails.
 *
 * @param until a later moment, from which on something else counts
 */
export function recovery(journal: readonly Entry[], since: number, until = Infinity): number {
  const bySecond = new Map<number, Entry[]>();
  for (const entry of journal) {
    const second = Math.floor((entry.ended - since) / WINDOW_MS);
    if (second >= 0 && entry.ended < until) bySecond.set(second, [...(bySecond.get(second) ?? []), entry]);
  }
  const bad = [...bySecond.values()].map((entries) => {
    const failed = entries.filter(hasFailed);
    return failed.length > entries.length * MOST_FAILURES
      ? Math.max(...failed.map(({ ended }) => ended))
      : since;
  });
  return (Math.max(since, ...bad) - since) / 1000;
}

/** What must hold and does not, in words. */
export function violations(
  { recovers = USUAL_RECOVERY_SECONDS, mayRepeatMail = false }: Scenario,
  result: Omit<Result, 'broken'>,
): string[] {
  const broken = (['O', 'A', 'K', 'M', 'W', 'E'] as const)
    .filter((letter) => result[letter] > 0)
    .map((letter) => `${letter} = ${result[letter]}`);
  const mostDuplicates = mayRepeatMail ? result.faults : 0;
  if (result.D > mostDuplicates) broken.push(`D = ${result.D}, and at most ${mostDuplicates} may be`);
  if (result.R > recovers) broken.push(`R = ${result.R.toFixed(1)} s, and at most ${recovers} s may be`);
  if (result.integrity !== 'clean') broken.push('npm run integrity has findings');
  return broken;
}
