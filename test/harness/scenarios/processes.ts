import { fileURLToPath } from 'node:url';
import type { Scenario } from '../scenario.js';

const JUMPING_CLOCK = fileURLToPath(new URL('../jumping-clock.mjs', import.meta.url));

/** Faults of the service's own processes. */
export const PROCESS_SCENARIOS: readonly Scenario[] = [
  {
    name: 'api-killed',
    about: 'kill -9 of an API process during requests, repeatedly',
    // A start takes longer than anything else here: with three, one serves while two start.
    deployment: { apis: 3 },
    tolerates: ['cut'],
    async run(context) {
      const serving = new Set([0, 1, 2]);
      const starting: Promise<unknown>[] = [];
      let failure: unknown;
      const start = async (index: number): Promise<void> => {
        await context.clinic.startApi(index);
        serving.add(index);
      };
      for (let kills = context.fullOrShort(200, 9); kills > 0 && !failure; kills -= 1) {
        const victim = (): number | undefined =>
          [...serving].find((index) => context.balancer.requestsInFlight(index) > 0);
        await context.waitUntil(() => failure !== undefined || (serving.size > 1 && victim() !== undefined));
        const index = victim();
        if (index === undefined) break;
        serving.delete(index);
        await context.injectFault(() => context.clinic.api(index).kill());
        starting.push(start(index).catch((error: unknown) => (failure = error)));
      }
      await Promise.all(starting);
      if (failure) throw failure as Error;
    },
  },
  {
    name: 'worker-killed',
    about: 'kill -9 of a worker during a send, repeatedly',
    // One email at a time, so a kill catches at most one between the server's reply and its record in the ledger.
    deployment: { workerEnv: { MAIL_CONCURRENCY: '1' } },
    mayRepeatMail: true,
    async run(context) {
      const { smtp } = context.clinic;
      smtp.replyDelayMs = 60;
      for (let kills = context.fullOrShort(20, 4); kills > 0; kills -= 1) {
        const index = kills % 2;
        // Half of the kills happen before the mail server replies, half right after it accepted an email.
        const accepted = smtp.accepted.length;
        await context.waitUntil(() => (kills % 4 < 2 ? smtp.pending > 0 : smtp.accepted.length > accepted));
        await context.injectFault(() => context.clinic.worker(index).kill());
        context.clinic.startWorker(index);
        await context.waitSeconds(1);
      }
    },
  },
  {
    name: 'rolling-restart',
    about: 'SIGTERM to every API and worker, one by one: no request fails',
    async run(context) {
      for (let round = context.fullOrShort(3, 1); round > 0; round -= 1) {
        for (const index of [0, 1]) {
          await context.injectFault(async () => {
            const code = await context.clinic.api(index).stop();
            context.expect(`API ${index} ended with ${code}`, code === 0 || code === null);
          });
          await context.clinic.startApi(index);
          await context.clinic.worker(index).stop();
          context.clinic.startWorker(index);
        }
      }
    },
  },
  {
    name: 'clock-jumps',
    about: 'the clocks of both workers jump an hour ahead, back, an hour behind, back',
    deployment: { workerEnv: { NODE_OPTIONS: `--import=${JUMPING_CLOCK}` } },
    async run(context) {
      for (let jump = 0; jump < 4; jump += 1) {
        await context.injectFault(async () => {
          for (const index of [0, 1]) context.clinic.worker(index).send('SIGWINCH');
          await context.waitSeconds(context.fullOrShort(4, 2));
        });
      }
    },
  },
];
