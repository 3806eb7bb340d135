import { LETTERS } from './finding.js';
import type { JournalEntry } from './load-balancer.js';
import type { Counts } from './oracle.js';
import type { Fault, Scenario } from './scenario.js';

const DEFAULT_RECOVERY_SECONDS = 5;
const WINDOW_MS = 1_000;
const MAX_FAILURE_RATE = 0.01;

/** The result of a scenario. */
export interface Result extends Counts {
  readonly name: string;
  readonly about: string;
  readonly requests: number;
  readonly faults: number;
  /** Determined what patients and desk did. */
  readonly seed: number;
  /** Changes of bookings without a final answer within the deadline: their outcome is unknown. */
  readonly gaveUp: number;
  /** Requests that met a 503 or a broken connection during a fault, which is allowed. */
  readonly refused: number;
  /** Wrong answers: errors, needless refusals, hangs. */
  readonly E: number;
  /** Seconds from the end of a fault until 99 of 100 requests succeed again; the longest of all faults. */
  readonly R: number;
  /** Duration of the slowest answer in seconds. */
  readonly slowestAnswer: number;
  /** The result of `npm run integrity`. */
  readonly integrity: 'clean' | 'findings';
  readonly seconds: number;
  /** Why the scenario did not hold; empty if it did. */
  readonly broken: readonly string[];
}

/** How long around the end of a standstill servers may refuse requests as too slow: they began to arrive before. */
const EXCUSED_MS = 2_000;

/**
 * Whether a request was refused as too slow only because the whole machine had stood still. The service had not
 * received the request, so nothing was done, and the client repeats it.
 *
 * @param standstills when the machine continued after each standstill
 */
export function isExcused({ outcome, began, ended }: JournalEntry, standstills: readonly number[]): boolean {
  return outcome === 408 && standstills.some((end) => ended >= end - EXCUSED_MS && began <= end + EXCUSED_MS);
}

/** The requests that failed: `refused` are those that the scenario tolerates, `unexpected` all others. */
export function failures(
  { tolerates = [], recovers = DEFAULT_RECOVERY_SECONDS }: Scenario,
  journal: readonly JournalEntry[],
  faults: readonly Fault[],
): { refused: JournalEntry[]; unexpected: JournalEntry[] } {
  const isDuringFault = (entry: JournalEntry): boolean =>
    faults.some(({ began, ended }) => entry.ended >= began && entry.began <= ended + recovers * 1000);
  const isTolerated = (entry: JournalEntry): boolean => {
    if (!isDuringFault(entry)) return false;
    if (entry.outcome === 'cut') return tolerates.includes('cut');
    return entry.outcome === 503 && entry.hasRetryAfter && tolerates.includes('503');
  };
  const failed = journal.filter(hasFailed);
  return { refused: failed.filter(isTolerated), unexpected: failed.filter((entry) => !isTolerated(entry)) };
}

/**
 * Requests of the traffic may succeed, violate a rule, name a stale version, or be in progress already. Any other outcome
 * is a failure, and so is a change of another version than the one that the request names.
 */
function hasFailed({ outcome, reply, request: { ifMatch } }: JournalEntry): boolean {
  if (typeof outcome !== 'number') return true;
  if (outcome === 412) return ifMatch === undefined;
  if (outcome === 200 && ifMatch !== undefined) return Number(reply?.version) > ifMatch + 1;
  return ![200, 201, 400, 409].includes(outcome) || reply?.code === 'MALFORMED_REQUEST';
}

/** The longest recovery from a fault, in seconds. */
export function slowestRecovery(journal: readonly JournalEntry[], faults: readonly Fault[]): number {
  return Math.max(
    0,
    ...faults.map(({ ended }, index) =>
      recoverySeconds(journal, ended, faults[index + 1]?.began ?? Infinity),
    ),
  );
}

/**
 * Seconds until the last failure in any second in which more than one request in a hundred fails.
 *
 * @param since the end of the fault
 * @param until the beginning of the next fault
 */
export function recoverySeconds(journal: readonly JournalEntry[], since: number, until = Infinity): number {
  const bySecond = new Map<number, JournalEntry[]>();
  for (const entry of journal) {
    const second = Math.floor((entry.ended - since) / WINDOW_MS);
    if (second >= 0 && entry.ended < until) bySecond.set(second, [...(bySecond.get(second) ?? []), entry]);
  }
  const lastFailures = [...bySecond.values()].map((entries) => {
    const failed = entries.filter(hasFailed);
    return failed.length > entries.length * MAX_FAILURE_RATE
      ? Math.max(...failed.map(({ ended }) => ended))
      : since;
  });
  return (Math.max(since, ...lastFailures) - since) / 1000;
}

/** What must hold and does not, in words. */
export function violations(
  { recovers = DEFAULT_RECOVERY_SECONDS, mayRepeatMail = false }: Scenario,
  result: Omit<Result, 'broken'>,
): string[] {
  const broken = ([...LETTERS.filter((letter) => letter !== 'D'), 'E'] as const)
    .filter((letter) => result[letter] > 0)
    .map((letter) => `${letter} = ${result[letter]}`);
  const maxDuplicates = mayRepeatMail ? result.faults : 0;
  if (result.D > maxDuplicates) broken.push(`D = ${result.D}, but at most ${maxDuplicates} are allowed`);
  if (result.R > recovers) broken.push(`R = ${result.R.toFixed(1)} s, but at most ${recovers} s are allowed`);
  if (result.integrity !== 'clean') broken.push('npm run integrity has findings');
  return broken;
}
