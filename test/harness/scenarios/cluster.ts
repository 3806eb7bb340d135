import { createConnection } from 'mysql2/promise';
import { Client } from '../../support/client.js';
import type { Scenario, ScenarioContext } from '../scenario.js';

const CLUSTER = { deployment: { cluster: true }, tolerates: ['503'] } as const;

/** Faults of a clinic on three database nodes that all accept writes, and a Redis with sentinels. */
export const CLUSTER_SCENARIOS: readonly Scenario[] = [
  {
    ...CLUSTER,
    name: 'cluster-node-killed',
    about: 'kill -9 of the node that an API writes to, and its restart',
    async run(context) {
      const [node] = context.clinic.galera.nodes;
      await context.injectFault(() => node!.kill());
      await context.waitSeconds(8);
      await context.injectFault(() => node!.start());
    },
  },
  {
    ...CLUSTER,
    name: 'cluster-node-partitioned',
    about:
      'the node that an API writes to is partitioned from the other nodes, but not from the API, and later rejoins',
    async run(context) {
      const [, node] = context.clinic.galera.nodes;
      await context.injectFault(() => node!.isolate());
      await context.waitSeconds(8);
      await context.injectFault(() => node!.rejoin());
    },
  },
  {
    ...CLUSTER,
    name: 'cluster-redis-master-killed',
    about: 'kill -9 of the Redis master; the sentinels promote a replica',
    tolerates: [],
    async run(context) {
      const { sentinels } = context.clinic;
      const master = await sentinels.master();
      await context.injectFault(() => master.kill());
      await context.waitUntil(async () => (await sentinels.master()) !== master);
      await context.waitSeconds(3);
      await master.start();
    },
  },
  {
    ...CLUSTER,
    name: 'cluster-one-slot',
    about: 'all patients book the same times at once, on different nodes',
    pauseMs: [0, 5],
    tolerates: [],
    async run(context) {
      const date = new Date(Date.now() + 60 * 86_400_000).toISOString().slice(0, 10);
      const [doctor] = context.people.doctors;
      await context.injectFault(async () => {
        for (let quarter = 0; quarter < 80; quarter += 1) {
          const hour = String(Math.floor(quarter / 4)).padStart(2, '0');
          const replies = await Promise.all(
            context.people.patients.map((actor, server) => {
              // Overlapping times with different starts.
              const time = `${hour}:${String((quarter % 4) * 15 + (server % 7)).padStart(2, '0')}`;
              const body = { doctor_id: doctor!.doctorId, date, time, duration: 8 };
              return context.balancer.send('POST', '/api/bookings', { actor, body, server });
            }),
          );
          const booked = replies.filter(({ outcome }) => outcome === 201).length;
          context.expect(`${booked} patients booked the time of quarter ${quarter}`, booked === 1);
        }
      });
    },
  },
  {
    ...CLUSTER,
    name: 'cluster-erased',
    about: 'an account books on one node while another node erases it',
    tolerates: [],
    async run(context) {
      await context.injectFault(async () => {
        for (let round = 0; round < 5; round += 1) await bookWhileErased(context, round);
      });
    },
  },
];

const PASSWORD = 'seven herons at dusk';

/** Registers an account and logs in, without a time limit. */
async function register(
  context: ScenarioContext,
  client: Client,
  account: object,
): Promise<{ id: number; token: string }> {
  let session: { token?: string; user?: { id: number } } = {};
  await context.waitUntil(async () => {
    const registered = await client.post('/api/auth/register', account).catch(() => undefined);
    const answer = await client.post<typeof session>('/api/auth/login', account).catch(() => undefined);
    session = answer?.body ?? {};
    return registered !== undefined && session.token !== undefined;
  });
  return { id: session.user!.id, token: session.token! };
}

/** Holds an erasure on one node just before its commit, books on another node, and lets the erasure continue. */
async function bookWhileErased(context: ScenarioContext, round: number): Promise<void> {
  const [bookingApi, erasingApi] = context.clinic.apiUrls.map((url) => new Client(url));
  const node = context.clinic.galera.nodes[1]!;
  const account = { email: `erased${round}@people.example`, password: PASSWORD };
  const { id, token } = await register(context, bookingApi!, account);
  const target = { host: '127.0.0.1', port: node.port, user: 'root', database: 'clinica' };
  const holder = await createConnection(target);
  const watcher = await createConnection(target);
  try {
    await holder.query('START TRANSACTION');
    await context.waitUntil(async () => {
      const [sessions] = await holder.query('SELECT id FROM sessions WHERE account_id = ? FOR UPDATE', [id]);
      return (sessions as unknown[]).length > 0;
    });
    const erase = () => erasingApi!.send('DELETE', '/api/auth/me', { token, body: { password: PASSWORD } });
    let isAnswered = false;
    const erased = erase().finally(() => (isAnswered = true));
    await context.waitUntil(async () => {
      const [waiting] = await watcher.query(
        "SELECT 1 FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'",
      );
      return isAnswered || (waiting as unknown[]).length > 0;
    });
    const date = new Date(Date.now() + 90 * 86_400_000).toISOString().slice(0, 10);
    const [doctor] = context.people.doctors;
    const time = `${String(8 + round).padStart(2, '0')}:00`;
    const body = { doctor_id: doctor!.doctorId, date, time, duration: 30 };
    const { status } = await bookingApi!.post('/api/bookings', body, { token });
    await holder.query('ROLLBACK');
    // On a busy machine the erasure may have timed out by then. A client that gets a 503 tries again.
    const answer = (await erased).status === 503 ? await erase() : await erased;
    context.expect(`the booking got ${status}, the erasure ${answer.status}`, answer.status === 200);
    const [live] = await watcher.query("SELECT id FROM bookings WHERE user_id = ? AND status = 'booked'", [
      id,
    ]);
    context.expect(`the erased account ${id} kept a booking`, (live as unknown[]).length === 0);
  } finally {
    holder.destroy();
    watcher.destroy();
  }
}
