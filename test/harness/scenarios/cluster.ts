import { createConnection } from 'mysql2/promise';
import { Client } from '../../support/client.js';
import type { Scenario, Stage } from '../scenario.js';

const CLUSTER = { wishes: { cluster: true }, tolerates: ['503'] } as const;

/** What becomes of a clinic on three database nodes that all take writes, and a Redis with sentinels. */
export const CLUSTER_SCENARIOS: readonly Scenario[] = [
  {
    ...CLUSTER,
    name: 'cluster-node-killed',
    about: 'kill -9 of the node that an API writes to; later it comes back',
    async run(stage) {
      const [node] = stage.clinic.galera.nodes;
      await stage.fault(() => node!.kill());
      await stage.seconds(8);
      await stage.fault(() => node!.start());
    },
  },
  {
    ...CLUSTER,
    name: 'cluster-node-partitioned',
    about:
      'the node that an API writes to is cut off from the others, but not from the API; later it is joined again',
    async run(stage) {
      const [, node] = stage.clinic.galera.nodes;
      await stage.fault(() => node!.isolate());
      await stage.seconds(8);
      await stage.fault(() => node!.rejoin());
    },
  },
  {
    ...CLUSTER,
    name: 'cluster-redis-master-killed',
    about: 'kill -9 of the Redis master; the sentinels make a replica the next',
    tolerates: [],
    async run(stage) {
      const { sentinels } = stage.clinic;
      const master = await sentinels.master();
      await stage.fault(() => master.kill());
      await stage.until(async () => (await sentinels.master()) !== master);
      await stage.seconds(3);
      await master.start();
    },
  },
  {
    ...CLUSTER,
    name: 'cluster-one-slot',
    about: 'everybody clicks on the same times, on different nodes',
    pauseMs: [0, 5],
    tolerates: [],
    async run(stage) {
      const date = new Date(Date.now() + 60 * 86_400_000).toISOString().slice(0, 10);
      const [doctor] = stage.people.doctors;
      await stage.fault(async () => {
        for (let quarter = 0; quarter < 80; quarter += 1) {
          const hour = String(Math.floor(quarter / 4)).padStart(2, '0');
          const replies = await Promise.all(
            stage.people.patients.map((by, stick) => {
              // Overlapping times with different starts.
              const time = `${hour}:${String((quarter % 4) * 15 + (stick % 7)).padStart(2, '0')}`;
              const body = { doctor_id: doctor!.doctorId, date, time, duration: 8 };
              return stage.front.send('POST', '/api/bookings', { by, body, stick });
            }),
          );
          const booked = replies.filter(({ end }) => end === 201).length;
          stage.expect(`${booked} had the time of quarter ${quarter}`, booked === 1);
        }
      });
    },
  },
  {
    ...CLUSTER,
    name: 'cluster-erased',
    about: 'an account books on one node while another node is erasing it',
    tolerates: [],
    async run(stage) {
      await stage.fault(async () => {
        for (let round = 0; round < 5; round += 1) await bookWhileErased(stage, round);
      });
    },
  },
];

const PASSWORD = 'seven herons at dusk';

/** Opens an account and logs in to it, however busy the service is. */
async function logIn(stage: Stage, client: Client, account: object): Promise<{ id: number; token: string }> {
  let session: { token?: string; user?: { id: number } } = {};
  await stage.until(async () => {
    const registered = await client.post('/api/auth/register', account).catch(() => undefined);
    const answer = await client.post<typeof session>('/api/auth/login', account).catch(() => undefined);
    session = answer?.body ?? {};
    return registered !== undefined && session.token !== undefined;
  });
  return { id: session.user!.id, token: session.token! };
}

/** Holds an erasure on one node just before it commits, books on another, and lets the erasure go on. */
async function bookWhileErased(stage: Stage, round: number): Promise<void> {
  const [booking, erasing] = stage.clinic.fronts.map((url) => new Client(url));
  const node = stage.clinic.galera.nodes[1]!;
  const account = { email: `erased${round}@people.example`, password: PASSWORD };
  const { id, token } = await logIn(stage, booking!, account);
  const place = { host: '127.0.0.1', port: node.port, user: 'root', database: 'clinica' };
  const holder = await createConnection(place);
  const watcher = await createConnection(place);
  try {
    await holder.query('START TRANSACTION');
    await stage.until(async () => {
      const [sessions] = await holder.query('SELECT id FROM sessions WHERE account_id = ? FOR UPDATE', [id]);
      return (sessions as unknown[]).length > 0;
    });
    const erase = () => erasing!.send('DELETE', '/api/auth/me', { token, body: { password: PASSWORD } });
    let isAnswered = false;
    const erased = erase().finally(() => (isAnswered = true));
    await stage.until(async () => {
      const [waiting] = await watcher.query(
        "SELECT 1 FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'",
      );
      return isAnswered || (waiting as unknown[]).length > 0;
    });
    const date = new Date(Date.now() + 90 * 86_400_000).toISOString().slice(0, 10);
    const [doctor] = stage.people.doctors;
    const time = `${String(8 + round).padStart(2, '0')}:00`;
    const wanted = { doctor_id: doctor!.doctorId, date, time, duration: 30 };
    const { status } = await booking!.post('/api/bookings', wanted, { token });
    await holder.query('ROLLBACK');
    // On a busy machine it may have waited too long by then; whoever is told so asks again.
    const answer = (await erased).status === 503 ? await erase() : await erased;
    stage.expect(`booking was answered ${status}, erasing ${answer.status}`, answer.status === 200);
    const [live] = await watcher.query("SELECT id FROM bookings WHERE user_id = ? AND status = 'booked'", [
      id,
    ]);
    stage.expect(`the erased account ${id} kept a booking`, (live as unknown[]).length === 0);
  } finally {
    holder.destroy();
    watcher.destroy();
  }
}
