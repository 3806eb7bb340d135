import { performance } from 'node:perf_hooks';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { isFinal } from './answers.js';
import type { LoadBalancer, Reply } from './load-balancer.js';
import type { People } from './people.js';
import { Random } from './random.js';
import { Traffic } from './traffic.js';
import { Visit } from './visit.js';

// The oracle counts as lost whatever differs from a patient's record, so the record must not go beyond the answers.

const PATIENT = { id: 1, patientId: 3, email: 'patient@people.example', token: 'token' };
const PEOPLE: People = {
  patients: [PATIENT],
  accounts: [[PATIENT]],
  desks: [],
  deskPatients: [],
  doctors: [{ id: 2, email: 'doctor@people.example', token: 'token', doctorId: 1, timezone: 'UTC' }],
};
const CUT: Reply = { outcome: 'cut', body: {} };
const refusal = (code: string): Reply => ({ outcome: 400, body: { code } });
const BOOKING = {
  id: 7,
  doctor_id: 1,
  patient: { id: 3 },
  date: '2027-01-04',
  time: '10:00',
  duration: 30,
  status: 'booked',
  overbooked: false,
  version: 1,
};
const BOOKED: Reply = { outcome: 201, body: BOOKING };

type Action = 'book' | 'reschedule' | 'cancel';

let answers: Reply[];
let keys: (string | undefined)[];
let traffic: Traffic;
let visit: Record<Action, (...args: unknown[]) => Promise<void>>;

beforeEach(() => {
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  keys = [];
  const balancer = {
    send: (_method: string, _path: string, { key }: { key?: string }): Promise<Reply> => {
      keys.push(key);
      // The last answer is repeated. Time passes meanwhile, so the patient gives up.
      if (answers.length === 1) now += 60_000;
      return Promise.resolve(answers.length > 1 ? answers.shift()! : answers[0]!);
    },
  } as unknown as LoadBalancer;
  const random = new Random(1);
  traffic = new Traffic(balancer, PEOPLE, random, [0, 0]);
  visit = new Visit(balancer, PEOPLE.doctors, PEOPLE.patients[0]!, random, traffic, undefined) as never;
});

afterEach(() => {
  vi.restoreAllMocks();
});

/**
 * Books, then changes the booking until the change happens to be sent with a key, or without one, as `isKeyed` says.
 *
 * @returns the booking's acknowledged status, or undefined if the patient gave up
 */
async function after(action: Action, isKeyed: boolean, ...replies: Reply[]): Promise<unknown> {
  do {
    traffic.acknowledged.clear();
    answers = [BOOKED, BOOKED];
    while (!traffic.acknowledged.has(7)) await visit.book('key');
    answers = [...replies];
    keys = [];
    traffic.gaveUp = 0;
    await visit[action](traffic.acknowledged.get(7));
  } while ((keys[0] !== undefined) !== isKeyed);
  expect(new Set(keys).size).toBe(1);
  return traffic.acknowledged.get(7)?.status;
}

describe('a cancellation', () => {
  test.each([
    ['counts when it was acknowledged', [{ outcome: 200, body: {} }], 'cancelled'],
    [
      'counts when the booking is not found after a request without an answer',
      [CUT, refusal('BOOKING_NOT_FOUND')],
      'cancelled',
    ],
    [
      'does not count when the booking has started, whatever came before',
      [CUT, refusal('BOOKING_STARTED')],
      'booked',
    ],
    [
      'does not count when the first answer is that the booking is not found',
      [refusal('BOOKING_NOT_FOUND')],
      'booked',
    ],
  ] satisfies [string, Reply[], string][])('without a key %s', async (_, replies, expected) => {
    expect(await after('cancel', false, ...replies)).toBe(expected);
  });

  test('with a key counts only when it was acknowledged', async () => {
    expect(await after('cancel', true, CUT, { outcome: 200, body: {} })).toBe('cancelled');
    expect(await after('cancel', true, CUT, refusal('BOOKING_NOT_FOUND'))).toBe('booked');
  });

  test('without a final answer is counted as given up', async () => {
    expect(await after('cancel', false, CUT, CUT)).toBeUndefined();
    expect(traffic.gaveUp).toBe(1);
  });
});

test('a reschedule without a final answer is counted as given up', async () => {
  expect(await after('reschedule', true, CUT, CUT)).toBeUndefined();
  expect(traffic.gaveUp).toBe(1);
});

test.each([
  ['counts with the version that the booking then has', { ...BOOKING, time: '11:00', version: 2 }, '11:00'],
  ['does not count if the booking is as it was', BOOKING, '10:00'],
])('a reschedule without a key that is refused after a lost answer %s', async (_, found, expected) => {
  await after('reschedule', false, CUT, refusal('TAKEN'), { outcome: 200, body: found });
  expect(traffic.acknowledged.get(7)?.latest.time).toBe(expected);
});

test.each([401, 403, 404, 408, 409, 429, 500, 503, 'cut', 'hang'] as const)(
  '%s is not a final answer',
  (outcome) => {
    expect(isFinal({ outcome, body: {} })).toBe(false);
  },
);

test('a refusal of an unreadable request is not a final answer', () => {
  expect(isFinal(refusal('MALFORMED_REQUEST'))).toBe(false);
  expect(isFinal(refusal('TAKEN'))).toBe(true);
});
