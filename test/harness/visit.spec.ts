import { performance } from 'node:perf_hooks';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { isDecision } from './answers.js';
import type { Front, Reply } from './front.js';
import type { People } from './people.js';
import { Random } from './random.js';
import { Traffic } from './traffic.js';
import { Visit } from './visit.js';

// What a patient believes decides what the oracle counts as lost, so a patient must believe nothing that no answer said.

const PATIENT = { id: 1, email: 'patient@people.example', token: 'token' };
const PEOPLE: People = {
  patients: [PATIENT],
  accounts: [[PATIENT]],
  doctors: [{ id: 2, email: 'doctor@people.example', token: 'token', doctorId: 1, timezone: 'UTC' }],
};
const CUT: Reply = { end: 'cut', body: {} };
const refusal = (code: string): Reply => ({ end: 400, body: { code } });
const BOOKED: Reply = { end: 201, body: { id: 7, date: '2027-01-04', time: '10:00', duration: 30 } };

type Deed = 'book' | 'reschedule' | 'cancel';

let answers: Reply[];
let keys: (string | undefined)[];
let traffic: Traffic;
let visit: Record<Deed, (...args: unknown[]) => Promise<void>>;

beforeEach(() => {
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  keys = [];
  const front = {
    send: (_method: string, _path: string, { key }: { key?: string }): Promise<Reply> => {
      keys.push(key);
      // The last answer is what comes from then on.
      if (answers.length === 1) now += 60_000;
      return Promise.resolve(answers.length > 1 ? answers.shift()! : answers[0]!);
    },
  } as unknown as Front;
  const random = new Random(1);
  traffic = new Traffic(front, PEOPLE, random, [0, 0]);
  visit = new Visit(front, PEOPLE.doctors, PEOPLE.patients[0]!, random, traffic, undefined) as never;
});

afterEach(() => {
  vi.restoreAllMocks();
});

/** Books, then does something else to the booking until a request without a key, or with one, was answered so. */
async function after(deed: Deed, isKeyed: boolean, ...replies: Reply[]): Promise<unknown> {
  answers = [BOOKED, BOOKED];
  await visit.book('key');
  const booking = traffic.acknowledged.get(7)!;
  do {
    Object.assign(booking, { status: 'booked', time: '10:00' });
    answers = [...replies];
    keys = [];
    traffic.gaveUp = 0;
    traffic.acknowledged.set(7, booking);
    await visit[deed](booking);
  } while ((keys[0] !== undefined) !== isKeyed);
  expect(new Set(keys).size).toBe(1);
  return traffic.acknowledged.get(7)?.status;
}

describe('a cancellation', () => {
  test.each([
    ['is one when it was acknowledged', [{ end: 200, body: {} }], 'cancelled'],
    [
      'is one when it is not found after a request without an answer',
      [CUT, refusal('BOOKING_NOT_FOUND')],
      'cancelled',
    ],
    [
      'is none when the booking has started, whatever came before',
      [CUT, refusal('BOOKING_STARTED')],
      'booked',
    ],
    [
      'is none when the first answer says that there is no such booking',
      [refusal('BOOKING_NOT_FOUND')],
      'booked',
    ],
  ] satisfies [string, Reply[], string][])('without a key %s', async (_, replies, expected) => {
    expect(await after('cancel', false, ...replies)).toBe(expected);
  });

  test('with a key is one only when it was acknowledged', async () => {
    expect(await after('cancel', true, CUT, { end: 200, body: {} })).toBe('cancelled');
    expect(await after('cancel', true, CUT, refusal('BOOKING_NOT_FOUND'))).toBe('booked');
  });

  test('of which there was no decision is counted apart', async () => {
    expect(await after('cancel', false, CUT, CUT)).toBeUndefined();
    expect(traffic.gaveUp).toBe(1);
  });
});

test('a reschedule of which there was no decision is counted apart', async () => {
  expect(await after('reschedule', true, CUT, CUT)).toBeUndefined();
  expect(traffic.gaveUp).toBe(1);
});

test.each([401, 403, 404, 408, 409, 429, 500, 503, 'cut', 'hang'] as const)('%s decides nothing', (end) => {
  expect(isDecision({ end, body: {} })).toBe(false);
});

test('a request that could not be read decides nothing', () => {
  expect(isDecision(refusal('MALFORMED_REQUEST'))).toBe(false);
  expect(isDecision(refusal('TAKEN'))).toBe(true);
});
