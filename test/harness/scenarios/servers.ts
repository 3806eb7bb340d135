import { Redis } from 'ioredis';
import type { Scenario, ScenarioContext } from '../scenario.js';

const killRedis = (times: number) => async (context: ScenarioContext) => {
  for (let kills = times; kills > 0; kills -= 1) {
    await context.injectFault(async () => {
      await context.clinic.redis.kill();
      await context.waitSeconds(2);
      await context.clinic.restartRedis();
    });
    await context.waitSeconds(3);
  }
};

/** Faults of the database and of Redis. */
export const SERVER_SCENARIOS: readonly Scenario[] = [
  {
    name: 'redis-killed',
    about: 'kill -9 of a Redis without persistence; restarted after two seconds',
    run: killRedis(2),
  },
  {
    name: 'redis-aof-killed',
    about: 'kill -9 of a Redis with an append-only file; restarted after two seconds',
    deployment: { redisPersists: true },
    run: killRedis(2),
  },
  {
    name: 'redis-wiped',
    about: 'FLUSHALL, repeatedly',
    async run(context) {
      const redis = new Redis(context.clinic.redis.url);
      for (let times = context.fullOrShort(10, 4); times > 0; times -= 1) {
        await context.injectFault(() => redis.flushall());
        await context.waitSeconds(0.7);
      }
      redis.disconnect();
    },
  },
  {
    name: 'database-killed',
    about: 'kill -9 of the database under load, and its restart',
    tolerates: ['503'],
    recovers: 10,
    async run(context) {
      for (let kills = context.fullOrShort(2, 1); kills > 0; kills -= 1) {
        await context.injectFault(async () => {
          await context.clinic.database.kill();
          await context.clinic.restartDatabase();
        });
        await context.waitSeconds(4);
      }
    },
  },
  {
    name: 'database-stopped',
    about: 'SIGSTOP of the database for 20 s',
    tolerates: ['503'],
    async run(context) {
      await context.injectFault(async () => {
        process.kill(context.clinic.database.pid, 'SIGSTOP');
        await context.waitSeconds(context.fullOrShort(20, 8));
        process.kill(context.clinic.database.pid, 'SIGCONT');
      });
      context.expect('a request waited for the database', context.hasSlowAnswer(3_000));
    },
  },
  {
    name: 'database-slow',
    about: 'every statement takes 300 ms longer',
    deployment: { link: true },
    async run(context) {
      await context.injectFault(async () => {
        context.clinic.link.delayMs = 150;
        await context.waitSeconds(context.fullOrShort(15, 6));
        context.clinic.link.delayMs = 0;
      });
      context.expect('a booking took several round trips', context.hasSlowAnswer(1_200));
    },
  },
  {
    name: 'commit-cut',
    about: 'the connection breaks after the database has committed, at every fifth COMMIT',
    deployment: { link: true },
    async run(context) {
      await context.injectFault(async () => {
        context.clinic.link.cutEveryNthCommit = 5;
        await context.waitSeconds(context.fullOrShort(12, 5));
        context.clinic.link.cutEveryNthCommit = 0;
      });
      context.expect('a COMMIT was cut', context.clinic.link.cuts > 0);
    },
  },
  {
    name: 'pool-exhausted',
    about: 'a transaction locks the days of every doctor for 10 s, so all connections wait',
    deployment: { env: { DATABASE_POOL_SIZE: '4' } },
    patients: 24,
    tolerates: ['503'],
    async run(context) {
      await context.injectFault(async () => {
        const holder = await context.clinic.connect();
        await holder.query('BEGIN');
        await holder.query('UPDATE doctor_days SET version = version');
        await context.waitSeconds(context.fullOrShort(10, 6));
        await holder.query('ROLLBACK');
        await holder.end();
      });
      context.expect('a request waited for a connection', context.hasSlowAnswer(3_000));
    },
  },
];
