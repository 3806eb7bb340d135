import type { Scenario } from '../scenario.js';

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
];
