import { describe, expect, test } from 'vitest';
import type { JournalEntry } from './load-balancer.js';
import type { Scenario } from './scenario.js';
import { failures, isExcused, recoverySeconds, type Result, slowestRecovery, violations } from './verdict.js';

const SCENARIO: Scenario = { name: 'a', about: 'b', tolerates: ['503'], run: () => Promise.resolve() };
const FAULT = { began: 10_000, ended: 12_000 };

function entry(began: number, outcome: JournalEntry['outcome'], hasRetryAfter = true): JournalEntry {
  return {
    route: 'GET /',
    request: { account: 1, path: '/' },
    server: 0,
    began,
    ended: began + 10,
    outcome,
    hasRetryAfter,
  };
}

describe('a failed request', () => {
  test.each([
    ['with a 503 during the fault is tolerated', entry(11_000, 503), true],
    ['with a 503 during the recovery is tolerated', entry(16_900, 503), true],
    ['with a 503 before the fault is not', entry(9_000, 503), false],
    ['with a 503 long after the fault is not', entry(17_100, 503), false],
    ['with a 503 without Retry-After is not', entry(11_000, 503, false), false],
    ['with another 5xx is not', entry(11_000, 500), false],
    ['with a broken connection is not', entry(11_000, 'cut'), false],
    ['without an answer is not', entry(11_000, 'hang'), false],
    ['with a 401 is not', entry(11_000, 401), false],
    ['with a 404 is not', entry(11_000, 404), false],
    ['with a 408 is not', entry(11_000, 408), false],
    [
      'with a 400 because it could not be read is not',
      { ...entry(11_000, 400), reply: { code: 'MALFORMED_REQUEST' } },
      false,
    ],
  ])('%s', (_, failed, isTolerated) => {
    const { refused, unexpected } = failures(
      SCENARIO,
      [failed, entry(11_000, 200), entry(11_000, 400)],
      [FAULT],
    );
    expect([refused, unexpected]).toEqual(isTolerated ? [[failed], []] : [[], [failed]]);
  });

  const naming = (ifMatch: number, failed: JournalEntry, reply = {}): JournalEntry => ({
    ...failed,
    request: { ...failed.request, ifMatch },
    reply,
  });

  test('is a change of another version than the one that the request names', () => {
    const right = [naming(3, entry(1, 200), { version: 4 }), naming(3, entry(2, 412)), entry(3, 200)];
    const wrong = [naming(3, entry(4, 200), { version: 5 }), entry(5, 412)];
    expect(failures(SCENARIO, [...right, ...wrong], []).unexpected).toEqual(wrong);
  });

  test('with a broken connection is tolerated if the scenario says so', () => {
    const cut = entry(11_000, 'cut');
    expect(failures({ ...SCENARIO, tolerates: ['cut'] }, [cut], [FAULT]).refused).toEqual([cut]);
  });
});

describe('a request refused as too slow', () => {
  test.each([
    ['just after a standstill of the machine is excused', entry(30_100, 408), true],
    ['without a standstill is not', entry(20_000, 408), false],
    ['long after a standstill is not', entry(32_500, 408), false],
  ])('%s', (_, refused, expected) => expect(isExcused(refused, [30_000])).toBe(expected));

  test('is excused, but one with a broken connection is not', () => {
    expect(isExcused(entry(30_100, 'cut'), [30_000])).toBe(false);
  });
});

describe('recovery', () => {
  const each = (from: number, to: number, outcome: number): JournalEntry[] =>
    Array.from({ length: (to - from) / 5 }, (_, index) => entry(from + index * 5, outcome));

  test('takes no time if nothing fails', () => {
    expect(recoverySeconds(each(0, 10_000, 200), 5_000)).toBe(0);
  });

  test('lasts until the last failure in a second in which more than one request in a hundred fails', () => {
    const journal = [...each(5_000, 6_500, 503), ...each(6_500, 12_000, 200)];
    expect(recoverySeconds(journal, 5_000)).toBeCloseTo(1.505, 2);
  });

  test('ignores one failure in two hundred requests', () => {
    expect(recoverySeconds([...each(5_000, 9_000, 200), entry(8_000, 503)], 5_000)).toBe(0);
  });

  test('is the longest of all faults', () => {
    const journal = [...each(5_000, 7_000, 503), ...each(7_000, 12_000, 200), ...each(12_000, 13_000, 503)];
    const faults = [
      { began: 4_000, ended: 5_000 },
      { began: 11_000, ended: 12_000 },
    ];
    expect(slowestRecovery([...journal, ...each(13_000, 20_000, 200)], faults)).toBeCloseTo(2, 1);
  });

  test('ignores failures before the fault', () => {
    expect(recoverySeconds([...each(0, 4_000, 503), ...each(4_000, 9_000, 200)], 5_000)).toBe(0);
  });
});

describe('a result', () => {
  const clean = { O: 0, A: 0, K: 0, H: 0, L: 0, M: 0, D: 0, W: 0, E: 0, R: 0, faults: 3, integrity: 'clean' };
  const broken = (changes: object, scenario: Partial<Scenario> = {}): string[] =>
    violations({ ...SCENARIO, ...scenario }, { ...clean, ...changes } as unknown as Omit<Result, 'broken'>);

  test('has no violations if all counts are zero', () => {
    expect(broken({})).toEqual([]);
  });

  test.each(['O', 'A', 'K', 'H', 'L', 'M', 'D', 'W', 'E'])('has a violation if %s is one', (letter) => {
    expect(broken({ [letter]: 1 })).toHaveLength(1);
  });

  test('may have one duplicate email per fault, if the scenario kills workers', () => {
    expect(broken({ D: 3 }, { mayRepeatMail: true })).toEqual([]);
    expect(broken({ D: 4 }, { mayRepeatMail: true })).toHaveLength(1);
  });

  test('has a violation if recovery takes over five seconds, or over the time that the scenario allows', () => {
    expect(broken({ R: 5.1 })).toHaveLength(1);
    expect(broken({ R: 9.9 }, { recovers: 10 })).toEqual([]);
  });

  test('has a violation if the integrity check has findings', () => {
    expect(broken({ integrity: 'findings' })).toHaveLength(1);
  });
});
