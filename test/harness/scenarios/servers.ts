import { Redis } from 'ioredis';
import type { Scenario, Stage } from '../scenario.js';

const killRedis = (times: number) => async (stage: Stage) => {
  for (let kills = times; kills > 0; kills -= 1) {
    await stage.fault(async () => {
      await stage.clinic.redis.kill();
      await stage.seconds(2);
      await stage.clinic.restartRedis();
    });
    await stage.seconds(3);
  }
};

/** What becomes of the database and of Redis. */
export const SERVERS: readonly Scenario[] = [
  {
    name: 'redis-killed',
    about: 'kill -9 of a Redis that keeps nothing; two seconds without',
    run: killRedis(2),
  },
  {
    name: 'redis-aof-killed',
    about: 'kill -9 of a Redis with an append-only file; two seconds without',
    wishes: { redisPersists: true },
    run: killRedis(2),
  },
  {
    name: 'redis-wiped',
    about: 'FLUSHALL, again and again',
    async run(stage) {
      const redis = new Redis(stage.clinic.redis.url);
      for (let times = stage.size(10, 4); times > 0; times -= 1) {
        await stage.fault(() => redis.flushall());
        await stage.seconds(0.7);
      }
      redis.disconnect();
    },
  },
  {
    name: 'database-killed',
    about: 'kill -9 of the database under load, and its restart',
    tolerates: ['503'],
    recovers: 10,
    async run(stage) {
      for (let kills = stage.size(2, 1); kills > 0; kills -= 1) {
        await stage.fault(async () => {
          await stage.clinic.database.kill();
          await stage.clinic.restartDatabase();
        });
        await stage.seconds(4);
      }
    },
  },
  {
    name: 'database-stopped',
    about: 'SIGSTOP of the database for 20 s',
    tolerates: ['503'],
    async run(stage) {
      await stage.fault(async () => {
        process.kill(stage.clinic.database.pid, 'SIGSTOP');
        await stage.seconds(stage.size(20, 8));
        process.kill(stage.clinic.database.pid, 'SIGCONT');
      });
      stage.expect('somebody waited for the database', stage.hasWaited(3_000));
    },
  },
  {
    name: 'database-slow',
    about: 'every statement takes 300 ms more',
    wishes: { link: true },
    async run(stage) {
      await stage.fault(async () => {
        stage.clinic.link.delayMs = 150;
        await stage.seconds(stage.size(15, 6));
        stage.clinic.link.delayMs = 0;
      });
      stage.expect('a booking took its round trips', stage.hasWaited(1_200));
    },
  },
  {
    name: 'commit-cut',
    about: 'the connection breaks after the database has committed, at every fifth COMMIT',
    wishes: { link: true },
    async run(stage) {
      await stage.fault(async () => {
        stage.clinic.link.cutOneCommitOf = 5;
        await stage.seconds(stage.size(12, 5));
        stage.clinic.link.cutOneCommitOf = 0;
      });
      stage.expect('a COMMIT was cut', stage.clinic.link.cuts > 0);
    },
  },
  {
    name: 'pool-exhausted',
    about: 'somebody holds the days of every doctor for 10 s: all connections wait',
    wishes: { env: { DATABASE_POOL_SIZE: '4' } },
    patients: 24,
    tolerates: ['503'],
    async run(stage) {
      await stage.fault(async () => {
        const holder = await stage.clinic.connect();
        await holder.query('BEGIN');
        await holder.query('UPDATE doctor_days SET version = version');
        await stage.seconds(stage.size(10, 6));
        await holder.query('ROLLBACK');
        await holder.end();
      });
      stage.expect('somebody waited for a connection', stage.hasWaited(3_000));
    },
  },
];
