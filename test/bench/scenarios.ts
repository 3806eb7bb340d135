import { Agent, request } from 'node:http';
import type { Instance } from './testbed.js';
import type { Scenario, BenchContext } from './compare.js';
import { type LoadRequest, load, type Measurement, percentiles } from './load.js';
import { Random } from '../harness/random.js';
import { dateIn, DOCTORS, LISTED, LONG, FIRST_OTHER, PASSWORD, tokenOf } from './seed.js';

const CONNECTIONS = 50;
const SECONDS = 2;
const random = new Random(1);

/** The HTTP workloads in which the service is compared with the baseline. */
export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'slots',
    about: 'available slots of a random doctor and date, 20 000 bookings',
    target: { ratio: 0.75, is: 'at least' },
    by: 'perSecond',
    round: ({ url }, { testbed }) =>
      load({ url, connections: CONNECTIONS, seconds: SECONDS, requests: slotRequests(testbed.secret, 2000) }),
  },
  {
    name: 'book',
    about: 'book distinct times, a flush at each commit',
    target: { ratio: 0.75, is: 'at least' },
    by: 'perSecond',
    round: ({ url }, context) =>
      load({ url, connections: CONNECTIONS, requests: bookingRequests(context, 2000) }),
  },
  {
    name: 'mine',
    about: `my bookings, ${LISTED.bookings} rows`,
    target: { ratio: 0.7, is: 'at least' },
    by: 'perSecond',
    round: ({ url }, { testbed }) =>
      load({ url, connections: CONNECTIONS, seconds: SECONDS, requests: listRequests(testbed.secret) }),
  },
  {
    name: 'many',
    about: `my bookings, ${LONG.bookings} rows`,
    target: { ratio: 0.7, is: 'at least' },
    by: 'perSecond',
    round: ({ url }, { testbed }) =>
      load({ url, connections: CONNECTIONS, seconds: SECONDS, requests: longListRequests(testbed.secret) }),
  },
  {
    name: 'doctors',
    about: `the public list of doctors, ${DOCTORS} rows`,
    target: { ratio: 0.7, is: 'at least' },
    by: 'perSecond',
    round: ({ url }) =>
      load({
        url,
        connections: CONNECTIONS,
        seconds: SECONDS,
        requests: [{ method: 'GET', path: '/api/doctors/public' }],
      }),
  },
  {
    name: 'login',
    about: 'log in',
    target: { ratio: 0.95, is: 'at least' },
    by: 'perSecond',
    round: ({ url }) => load({ url, connections: CONNECTIONS, requests: logInRequests(200) }),
  },
  {
    name: 'clicks',
    about: `${CONNECTIONS} clicks on one time, until all are answered`,
    target: { ratio: 1.5, is: 'at most' },
    by: 'p50',
    round: clicks,
  },
  {
    name: 'cancel',
    about: 'cancel a booking',
    target: { ratio: 0.7, is: 'at least' },
    by: 'perSecond',
    prepare: (context) => insertBookingsToCancel(context, 2000),
    round: async ({ url }, context) =>
      load({ url, connections: CONNECTIONS, requests: await cancelRequests(context) }),
  },
];

/** Requests for the slots of random doctors and dates. */
export function slotRequests(secret: string, count: number): LoadRequest[] {
  return Array.from({ length: count }, (_, index) => {
    const [doctor, date] = [random.between(1, DOCTORS), dateIn(random.between(1, 60))];
    return {
      method: 'GET',
      path: `/api/bookings/available-slots?doctor_id=${doctor}&date=${date}&duration=30`,
      token: tokenOf(1 + (index % LISTED.patients), secret),
    };
  });
}

/** Bookings of start times that no earlier request has asked for. */
export function bookingRequests(
  { testbed, usedTimes }: Pick<BenchContext, 'testbed' | 'usedTimes'>,
  count: number,
): LoadRequest[] {
  return Array.from({ length: count }, () => bookingOf(testbed.secret, usedTimes.count++));
}

export function listRequests(secret: string): LoadRequest[] {
  return listRequestsOf(1, LISTED.patients, secret);
}

export function longListRequests(secret: string): LoadRequest[] {
  return listRequestsOf(LISTED.patients + 1, LONG.patients, secret);
}

function listRequestsOf(first: number, patients: number, secret: string): LoadRequest[] {
  return Array.from({ length: patients }, (_, index) => ({
    method: 'GET',
    path: '/api/bookings/me',
    token: tokenOf(first + index, secret),
  }));
}

/** Log-ins with the right password. */
export function logInRequests(count: number): LoadRequest[] {
  return Array.from({ length: count }, (_, index) => ({
    method: 'POST',
    path: '/api/auth/login',
    body: { email: `patient${1 + (index % 100)}@bench.example`, password: PASSWORD },
  }));
}

/** Books the n-th start time. Consecutive ones belong to different doctors. */
function bookingOf(secret: string, nth: number): LoadRequest {
  const [doctor, slot] = [1 + (nth % DOCTORS), Math.floor(nth / DOCTORS)];
  const [day, quarter] = [Math.floor(slot / 32), slot % 32];
  const time = `${String(9 + (quarter >> 2)).padStart(2, '0')}:${String((quarter % 4) * 15).padStart(2, '0')}`;
  const body = { doctor_id: doctor, date: dateIn(60 + day), time, duration: 15 };
  return { method: 'POST', path: '/api/bookings', token: tokenOf(FIRST_OTHER + (nth % 39), secret), body };
}

/** Fifty clients request the same time at once; sixty rounds. */
async function clicks({ url }: Instance, { testbed, usedTimes }: BenchContext): Promise<Measurement> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const times: number[] = [];
  let bytes = 0;
  for (let burst = 0; burst < 60; burst += 1) {
    const booking = bookingOf(testbed.secret, usedTimes.count++);
    const began = performance.now();
    const answers = await Promise.all(Array.from({ length: CONNECTIONS }, () => send(agent, url, booking)));
    times.push(performance.now() - began);
    const booked = answers.filter(({ status }) => status === 201).length;
    const refused = answers.filter(({ status }) => status === 400).length;
    if (booked !== 1 || refused !== CONNECTIONS - 1) throw new Error(`${booked} booked, ${refused} refused.`);
    bytes += answers.reduce((sum, answer) => sum + answer.bytes, 0);
  }
  agent.destroy();
  const requests = times.length * CONNECTIONS;
  const seconds = times.reduce((sum, time) => sum + time, 0) / 1000;
  return {
    perSecond: requests / seconds,
    ...percentiles(times),
    requests,
    bytes: Math.round(bytes / requests),
  };
}

function send(
  agent: Agent,
  url: string,
  { method, path, token, body }: LoadRequest,
): Promise<{ status: number; bytes: number }> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
    const sent = request(url + path, { method, agent, headers }, (answer) => {
      let bytes = 0;
      answer.on('data', (chunk: Buffer) => (bytes += chunk.length));
      answer.on('end', () => resolve({ status: answer.statusCode!, bytes }));
    });
    sent.on('error', reject);
    sent.end(JSON.stringify(body));
  });
}

/** Inserts bookings with their reminders directly into the database. */
async function insertBookingsToCancel({ database }: BenchContext, count: number): Promise<void> {
  await database.query(
    `INSERT INTO bookings (uid, doctor_id, user_id, date, start_time, duration_minutes, starts_at, ends_at, status,
                           version, created_at, updated_at)
     SELECT UUID(), 1 + i % ${DOCTORS}, ${FIRST_OTHER} + i % 39, day, at, 15, TIMESTAMP(day, at), TIMESTAMP(day, at) + INTERVAL 15 MINUTE,
            'booked', 1, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3)
     FROM (SELECT i, DATE(?) + INTERVAL i DIV ${DOCTORS} DAY AS day, '09:00' AS at FROM numbers WHERE i < ?) AS planned`,
    [dateIn(10_000), count],
  );
  await database.query(
    `INSERT INTO notifications (booking_id, booking_version, kind, starts_at, duration_minutes, due_at, state,
                                message_id, created_at)
     SELECT b.id, 1, k.kind, b.starts_at, 15, b.starts_at, 'pending', b.uid, b.created_at
     FROM bookings b JOIN (SELECT 'reminder_24h' AS kind UNION SELECT 'reminder_1h') AS k
     WHERE b.status = 'booked' AND b.date >= ?`,
    [dateIn(10_000)],
  );
}

async function cancelRequests({ testbed, database }: BenchContext): Promise<LoadRequest[]> {
  const [rows] = await database.query(
    "SELECT id, user_id FROM bookings WHERE status = 'booked' AND date >= ?",
    [dateIn(10_000)],
  );
  return (rows as { id: number; user_id: number }[]).map(({ id, user_id }) => ({
    method: 'DELETE',
    path: `/api/bookings/${id}`,
    token: tokenOf(user_id, testbed.secret),
  }));
}
