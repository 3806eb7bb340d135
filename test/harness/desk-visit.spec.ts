import { performance } from 'node:perf_hooks';
import { afterEach, expect, test, vi } from 'vitest';
import { Acknowledged } from './acknowledged.js';
import { DeskVisit } from './desk-visit.js';
import type { LoadBalancer, Reply, SendOptions } from './load-balancer.js';
import { Random } from './random.js';
import { Traffic } from './traffic.js';

// As in visit.spec.ts: what the desk's clients record must not go beyond the answers.

const DESK = { id: 4, email: 'desk@people.example', token: 'token' };
const CLINIC = {
  doctors: [{ id: 2, email: 'doctor@people.example', token: 'token', doctorId: 1, timezone: 'UTC' }],
  patients: [{ patientId: 3 }],
};
const PEOPLE = { ...CLINIC, patients: [], accounts: [], desks: [[DESK]], deskPatients: CLINIC.patients };
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
const CANCELLED = { ...BOOKING, status: 'cancelled', version: 2 };
const CUT: Reply = { outcome: 'cut', body: {} };
const refusal = (code: string): Reply => ({ outcome: 400, body: { code } });

let answers: Reply[];
let sent: (SendOptions & { method: string })[];
let traffic: Traffic;
let booking: Acknowledged;

afterEach(() => {
  vi.restoreAllMocks();
});

function deskWith(seed: number): {
  cancel(booking: Acknowledged): Promise<void>;
  book(key: string): Promise<void>;
} {
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  const balancer = {
    send: (method: string, _path: string, options: SendOptions): Promise<Reply> => {
      sent.push({ ...options, method });
      if (answers.length === 1) now += 60_000;
      return Promise.resolve(answers.length > 1 ? answers.shift()! : answers[0]!);
    },
  } as unknown as LoadBalancer;
  sent = [];
  const random = new Random(seed);
  traffic = new Traffic(balancer, PEOPLE, random, [0, 0]);
  return new DeskVisit(balancer, CLINIC, DESK, random, traffic, undefined) as never;
}

/** Cancels a booking with a seed for which the request happens to have a key, or none, as `isKeyed` says. */
async function afterCancel(isKeyed: boolean, ...replies: Reply[]): Promise<Acknowledged | undefined> {
  for (let seed = 1; ; seed += 1) {
    const desk = deskWith(seed);
    answers = [...replies];
    booking = new Acknowledged(BOOKING);
    traffic.add(booking);
    await desk.cancel(booking);
    if ((sent[0]!.key !== undefined) === isKeyed) return traffic.acknowledged.get(7);
  }
}

test('a cancellation counts with the version that was acknowledged, and with what the desk asked for', async () => {
  const known = await afterCancel(true, CUT, { outcome: 200, body: CANCELLED });
  const { notify } = sent[0]!.body as { notify?: boolean };
  expect(known!.status).toBe('cancelled');
  expect(known!.versions.get(2)!.asked).toEqual({ isQuiet: notify === false, rules: [] });
});

test('a refused change without a key, after a lost answer, makes the desk look', async () => {
  const lost = [CUT, refusal('BOOKING_NOT_FOUND')];
  const known = await afterCancel(false, ...lost, { outcome: 200, body: CANCELLED });
  expect([known!.status, known!.versions.get(2)!.asked]).toEqual(['cancelled', undefined]);
  expect(sent.map(({ method }) => method)).toEqual(['POST', 'POST', 'GET']);
  expect((await afterCancel(false, ...lost, { outcome: 200, body: BOOKING }))!.status).toBe('booked');
});

test('a refused change without a lost answer does not count', async () => {
  const known = await afterCancel(false, refusal('STATUS_NOT_POSSIBLE'));
  expect([known!.status, sent.length]).toEqual(['booked', 1]);
});

test('a change that names a stale version does not count', async () => {
  const stale = { outcome: 412, body: { code: 'VERSION_MISMATCH' } } as const;
  expect((await afterCancel(true, stale))!.status).toBe('booked');
});

test('a change without a final answer is counted as given up', async () => {
  expect(await afterCancel(true, CUT, CUT)).toBeUndefined();
  expect(traffic.gaveUp).toBe(1);
});

test('a refused booking is requested again with the rules that the refusal names', async () => {
  const violations = [{ rule: 'TAKEN', overridable: true }];
  for (let seed = 1; sent?.length !== 2 || (sent[0]!.body as { override?: object }).override; seed += 1) {
    answers = [
      { outcome: 400, body: { code: 'TAKEN', violations } },
      { outcome: 201, body: { ...BOOKING, overbooked: true } },
    ];
    await deskWith(seed).book('key');
  }
  expect(sent[1]!.key).not.toBe(sent[0]!.key);
  expect(sent[1]!.body).toMatchObject({ override: { rules: ['TAKEN'] } });
  expect(traffic.acknowledged.get(7)!.latest).toMatchObject({
    isOverbooked: true,
    asked: { rules: ['TAKEN'] },
  });
});
