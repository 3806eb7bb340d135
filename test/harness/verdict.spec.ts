import { describe, expect, test } from 'vitest';
import type { Entry } from './front.js';
import type { Scenario } from './scenario.js';
import { failures, isLate, recovery, type Result, slowest, violations } from './verdict.js';

const SCENARIO: Scenario = { name: 'a', about: 'b', tolerates: ['503'], run: () => Promise.resolve() };
const FAULT = { began: 10_000, ended: 12_000 };

function entry(began: number, end: Entry['end'], hasRetryAfter = true): Entry {
  return {
    route: 'GET /',
    request: { account: 1, path: '/' },
    server: 0,
    began,
    ended: began + 10,
    end,
    hasRetryAfter,
  };
}

describe('a request that failed', () => {
  test.each([
    ['a 503 during the fault', entry(11_000, 503), true],
    ['a 503 while it recovers', entry(16_900, 503), true],
    ['a 503 before', entry(9_000, 503), false],
    ['a 503 long after', entry(17_100, 503), false],
    ['a 503 that does not say when to try again', entry(11_000, 503, false), false],
    ['another 5xx', entry(11_000, 500), false],
    ['a connection that broke', entry(11_000, 'cut'), false],
    ['no answer', entry(11_000, 'hang'), false],
    ['an answer that is no decision about a booking', entry(11_000, 401), false],
    ['a route that is not there yet', entry(11_000, 404), false],
    ['a request that arrived too slowly', entry(11_000, 408), false],
    [
      'a request that could not be read',
      { ...entry(11_000, 400), reply: { code: 'MALFORMED_REQUEST' } },
      false,
    ],
  ])('%s', (_, failed, mayBe) => {
    const { refused, unexpected } = failures(
      SCENARIO,
      [failed, entry(11_000, 200), entry(11_000, 400)],
      [FAULT],
    );
    expect([refused, unexpected]).toEqual(mayBe ? [[failed], []] : [[], [failed]]);
  });

  test('may have lost its connection where the scenario says so', () => {
    const cut = entry(11_000, 'cut');
    expect(failures({ ...SCENARIO, tolerates: ['cut'] }, [cut], [FAULT]).refused).toEqual([cut]);
  });
});

describe('a request that is refused as too slow', () => {
  test.each([
    ['just after the whole machine stood still', entry(30_100, 408), true],
    ['while nothing stood still', entry(20_000, 408), false],
    ['long after', entry(32_500, 408), false],
  ])('%s', (_, refused, isExcused) => expect(isLate(refused, [30_000])).toBe(isExcused));

  test('is something else than one whose connection broke', () => {
    expect(isLate(entry(30_100, 'cut'), [30_000])).toBe(false);
  });
});

describe('recovery', () => {
  const each = (from: number, to: number, end: number): Entry[] =>
    Array.from({ length: (to - from) / 5 }, (_, index) => entry(from + index * 5, end));

  test('is at once where nothing fails', () => {
    expect(recovery(each(0, 10_000, 200), 5_000)).toBe(0);
  });

  test('lasts until the last failure of a second in which more than one in a hundred failed', () => {
    const journal = [...each(5_000, 6_500, 503), ...each(6_500, 12_000, 200)];
    expect(recovery(journal, 5_000)).toBeCloseTo(1.505, 2);
  });

  test('does not mind one in two hundred', () => {
    expect(recovery([...each(5_000, 9_000, 200), entry(8_000, 503)], 5_000)).toBe(0);
  });

  test('is that of the fault where it took longest', () => {
    const journal = [...each(5_000, 7_000, 503), ...each(7_000, 12_000, 200), ...each(12_000, 13_000, 503)];
    const faults = [
      { began: 4_000, ended: 5_000 },
      { began: 11_000, ended: 12_000 },
    ];
    expect(slowest([...journal, ...each(13_000, 20_000, 200)], faults)).toBeCloseTo(2, 1);
  });

  test('knows nothing of what was before', () => {
    expect(recovery([...each(0, 4_000, 503), ...each(4_000, 9_000, 200)], 5_000)).toBe(0);
  });
});

describe('what must hold', () => {
  const clean = { O: 0, A: 0, K: 0, M: 0, D: 0, W: 0, E: 0, R: 0, faults: 3, integrity: 'clean' };
  const broken = (what: object, scenario: Partial<Scenario> = {}): string[] =>
    violations({ ...SCENARIO, ...scenario }, { ...clean, ...what } as unknown as Omit<Result, 'broken'>);

  test('holds where all is nothing', () => {
    expect(broken({})).toEqual([]);
  });

  test.each(['O', 'A', 'K', 'M', 'D', 'W', 'E'])('does not with one of %s', (letter) => {
    expect(broken({ [letter]: 1 })).toHaveLength(1);
  });

  test('allows one mail again for each fault only where a worker was killed', () => {
    expect(broken({ D: 3 }, { mayRepeatMail: true })).toEqual([]);
    expect(broken({ D: 4 }, { mayRepeatMail: true })).toHaveLength(1);
  });

  test('wants requests to succeed again within five seconds, or as many as the scenario says', () => {
    expect(broken({ R: 5.1 })).toHaveLength(1);
    expect(broken({ R: 9.9 }, { recovers: 10 })).toEqual([]);
  });

  test('wants no findings of the integrity check', () => {
    expect(broken({ integrity: 'findings' })).toHaveLength(1);
  });
});
