import { expect, test } from 'vitest';
import { isNoticeBeyondHorizon } from './clinic-limits.js';

test.each([
  [1_440, 1, false],
  [1_441, 1, true],
  [525_600, null, false],
  [null, 1, false],
])(
  'a notice of %j minutes is longer than a horizon of %j days: %j',
  (minNoticeMinutes, horizonDays, isBeyond) => {
    expect(isNoticeBeyondHorizon({ minNoticeMinutes, horizonDays })).toBe(isBeyond);
  },
);
