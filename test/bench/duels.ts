import { Agent, request } from 'node:http';
import type { Contestant } from './arena.js';
import type { Duel, Ring } from './duel.js';
import { type Asked, load, type Measured, percentiles } from './load.js';
import { Random } from '../harness/random.js';
import { dateIn, DOCTORS, LISTED, LONG, OTHERS, PASSWORD, tokenOf } from './seed.js';

const CONNECTIONS = 50;
const SECONDS = 3;
const random = new Random(1);

/** The jobs in which the service is compared with its baseline, over HTTP. */
export const DUELS: readonly Duel[] = [
  {
    name: 'slots',
    about: 'available slots of a random doctor and date, 20 000 bookings',
    target: { ratio: 0.75, is: 'at least' },
    by: 'perSecond',
    round: ({ url }, { arena }) =>
      load({ url, connections: CONNECTIONS, seconds: SECONDS, requests: looks(arena.secret, 2000) }),
  },
  {
    name: 'book',
    about: 'book distinct times, a flush at each commit',
    target: { ratio: 0.75, is: 'at least' },
    by: 'perSecond',
    round: ({ url }, ring) => load({ url, connections: CONNECTIONS, requests: bookings(ring, 4000) }),
  },
  {
    name: 'mine',
    about: `my bookings, ${LISTED.bookings} rows`,
    target: { ratio: 0.7, is: 'at least' },
    by: 'perSecond',
    round: ({ url }, { arena }) =>
      load({ url, connections: CONNECTIONS, seconds: SECONDS, requests: lists(arena.secret) }),
  },
  {
    name: 'many',
    about: `my bookings, ${LONG.bookings} rows`,
    target: { ratio: 0.7, is: 'at least' },
    by: 'perSecond',
    round: ({ url }, { arena }) =>
      load({ url, connections: CONNECTIONS, seconds: SECONDS, requests: longLists(arena.secret) }),
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
    round: ({ url }) => load({ url, connections: CONNECTIONS, requests: logIns(300) }),
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
    before: (ring) => bookToCancel(ring, 3000),
    round: async ({ url }, ring) =>
      load({ url, connections: CONNECTIONS, requests: await cancellations(ring) }),
  },
];

/** Looks at random doctors and dates. */
export function looks(secret: string, count: number): Asked[] {
  return Array.from({ length: count }, (_, index) => {
    const [doctor, date] = [random.between(1, DOCTORS), dateIn(random.between(1, 60))];
    return {
      method: 'GET',
      path: `/api/bookings/available-slots?doctor_id=${doctor}&date=${date}&duration=30`,
      token: tokenOf(1 + (index % LISTED.patients), secret),
    };
  });
}

/** Requests for times that nobody has asked for yet. */
export function bookings({ arena, used }: Pick<Ring, 'arena' | 'used'>, count: number): Asked[] {
  return Array.from({ length: count }, () => bookingOf(arena.secret, used.count++));
}

export function lists(secret: string): Asked[] {
  return listsOf(1, LISTED.patients, secret);
}

export function longLists(secret: string): Asked[] {
  return listsOf(LISTED.patients + 1, LONG.patients, secret);
}

function listsOf(first: number, patients: number, secret: string): Asked[] {
  return Array.from({ length: patients }, (_, index) => ({
    method: 'GET',
    path: '/api/bookings/me',
    token: tokenOf(first + index, secret),
  }));
}

/** Attempts to log in, each with the right password. */
export function logIns(count: number): Asked[] {
  return Array.from({ length: count }, (_, index) => ({
    method: 'POST',
    path: '/api/auth/login',
    body: { email: `patient${1 + (index % 100)}@bench.example`, password: PASSWORD },
  }));
}

/** The n-th time: neighbours are with other doctors. */
function bookingOf(secret: string, nth: number): Asked {
  const [doctor, slot] = [1 + (nth % DOCTORS), Math.floor(nth / DOCTORS)];
  const [day, quarter] = [Math.floor(slot / 32), slot % 32];
  const time = `${String(9 + (quarter >> 2)).padStart(2, '0')}:${String((quarter % 4) * 15).padStart(2, '0')}`;
  const body = { doctor_id: doctor, date: dateIn(60 + day), time, duration: 15 };
  return { method: 'POST', path: '/api/bookings', token: tokenOf(OTHERS + (nth % 39), secret), body };
}

/** Fifty at once want the same time, sixty times. */
async function clicks({ url }: Contestant, { arena, used }: Ring): Promise<Measured> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const times: number[] = [];
  let bytes = 0;
  for (let burst = 0; burst < 60; burst += 1) {
    const click = bookingOf(arena.secret, used.count++);
    const began = performance.now();
    const answers = await Promise.all(Array.from({ length: CONNECTIONS }, () => send(agent, url, click)));
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
  { method, path, token, body }: Asked,
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

/** Bookings with their reminders, straight into the database. */
async function bookToCancel({ database }: Ring, count: number): Promise<void> {
  await database.query(
    `INSERT INTO bookings (uid, doctor_id, user_id, date, start_time, duration_minutes, starts_at, ends_at, status,
                           version, created_at, updated_at)
     SELECT UUID(), 1 + i % ${DOCTORS}, ${OTHERS} + i % 39, day, at, 15, TIMESTAMP(day, at), TIMESTAMP(day, at) + INTERVAL 15 MINUTE,
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

async function cancellations({ arena, database }: Ring): Promise<Asked[]> {
  const [rows] = await database.query(
    "SELECT id, user_id FROM bookings WHERE status = 'booked' AND date >= ?",
    [dateIn(10_000)],
  );
  return (rows as { id: number; user_id: number }[]).map(({ id, user_id }) => ({
    method: 'DELETE',
    path: `/api/bookings/${id}`,
    token: tokenOf(user_id, arena.secret),
  }));
}
