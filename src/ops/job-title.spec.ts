import { expect, test } from 'vitest';
import { jobTitle } from './job-title.js';

const NOW = Date.parse('2026-03-01T10:00:00Z');

test.each([
  ['2026-03-01T10:00:01.000Z', 'just now'],
  ['2026-03-01T09:59:30.000Z', 'just now'],
  ['2026-03-01T09:57:00.000Z', '3 min ago'],
  ['2026-03-01T08:00:00.000Z', '2 h ago'],
  ['2026-02-28T09:00:00.000Z', '1 day ago'],
  ['2026-02-26T10:00:00.000Z', '3 days ago'],
])('a job due at %s: %s', (due_at, age) => {
  expect(jobTitle({ kind: 'booked', attempt: 2, due_at }, NOW)).toBe(`confirmation, attempt 2, due ${age}`);
});

test.each([
  ['cancelled', 'cancellation, attempt 1'],
  ['moved', 'reschedule, attempt 1'],
  ['reminder_24h', 'reminder_24h, attempt 1'],
] as const)('a job of kind %s: %s', (kind, title) => {
  expect(jobTitle({ kind, attempt: 1 }, NOW)).toBe(title);
});

test('a job without kind and due time still has a title', () => {
  expect(jobTitle({ id: 7, lease: 1 }, NOW)).toBe('notification');
});
