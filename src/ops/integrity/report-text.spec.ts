import { expect, test } from 'vitest';
import { reportText } from './report-text.js';

const OVERLAP = { code: 'OVERLAP', title: 'overlapping bookings' };

test('each check and each finding begin with their code', () => {
  const text = reportText({
    healthy: false,
    checks: [
      { ...OVERLAP, findingsTotal: 0, findings: [] },
      {
        code: 'JOB_WITHOUT_ROW',
        title: 'jobs without a row',
        findingsTotal: 2,
        findings: [
          { code: 'REDIS_AWAY', subject: 'Redis', detail: 'it does not answer', remedy: 'Start it.' },
        ],
      },
    ],
  });
  expect(text.split('\n')).toEqual([
    '    ok  OVERLAP          overlapping bookings',
    '     2  JOB_WITHOUT_ROW  jobs without a row',
    '        REDIS_AWAY, Redis: it does not answer.',
    '          -> Start it.',
    '        and 1 more of JOB_WITHOUT_ROW',
    '',
    'Findings: 2. docs/operations.md explains the codes.',
  ]);
});
