import { fileURLToPath } from 'node:url';
import type { Scenario } from '../scenario.js';

const JUMPING_CLOCK = fileURLToPath(new URL('../jumping-clock.mjs', import.meta.url));

/** What becomes of our own processes. */
export const PROCESSES: readonly Scenario[] = [
  {
    name: 'api-killed',
    about: 'kill -9 of an API process in mid-request, again and again',
    // A start takes longer than anything else here: one serves while the others start.
    wishes: { apis: 3 },
    tolerates: ['cut'],
    async run(stage) {
      const serving = new Set([0, 1, 2]);
      const starting: Promise<unknown>[] = [];
      let failure: unknown;
      const start = async (index: number): Promise<void> => {
        await stage.clinic.startApi(index);
        serving.add(index);
      };
      for (let kills = stage.size(200, 9); kills > 0 && !failure; kills -= 1) {
        const victim = (): number | undefined =>
          [...serving].find((index) => stage.front.underWay(index) > 0);
        await stage.until(() => failure !== undefined || (serving.size > 1 && victim() !== undefined));
        const index = victim();
        if (index === undefined) break;
        serving.delete(index);
        await stage.fault(() => stage.clinic.api(index).kill());
        starting.push(start(index).catch((error: unknown) => (failure = error)));
      }
      await Promise.all(starting);
      if (failure) throw failure as Error;
    },
  },
  {
    name: 'worker-killed',
    about: 'kill -9 of a worker in mid-send, again and again',
    // One mail at a time, so that a kill catches at most one between the server's answer and the note of it.
    wishes: { workerEnv: { MAIL_CONCURRENCY: '1' } },
    mayRepeatMail: true,
    async run(stage) {
      const { smtp } = stage.clinic;
      smtp.thinkMs = 60;
      for (let kills = stage.size(20, 4); kills > 0; kills -= 1) {
        const index = kills % 2;
        // While the mail server thinks, and the other times as soon as it has taken one.
        const taken = smtp.accepted.length;
        await stage.until(() => (kills % 4 < 2 ? smtp.thinking > 0 : smtp.accepted.length > taken));
        await stage.fault(() => stage.clinic.worker(index).kill());
        stage.clinic.startWorker(index);
        await stage.seconds(1);
      }
    },
  },
  {
    name: 'rolling-restart',
    about: 'SIGTERM to every API and worker, one by one: no request fails',
    async run(stage) {
      for (let round = stage.size(3, 1); round > 0; round -= 1) {
        for (const index of [0, 1]) {
          await stage.fault(async () => {
            const code = await stage.clinic.api(index).stop();
            stage.expect(`API ${index} ended with ${code}`, code === 0 || code === null);
          });
          await stage.clinic.startApi(index);
          await stage.clinic.worker(index).stop();
          stage.clinic.startWorker(index);
        }
      }
    },
  },
  {
    name: 'clock-jumps',
    about: 'the clocks of both workers jump an hour ahead, back, an hour behind, back',
    wishes: { workerEnv: { NODE_OPTIONS: `--import=${JUMPING_CLOCK}` } },
    async run(stage) {
      for (let jump = 0; jump < 4; jump += 1) {
        await stage.fault(async () => {
          for (const index of [0, 1]) stage.clinic.worker(index).send('SIGWINCH');
          await stage.seconds(stage.size(4, 2));
        });
      }
    },
  },
];
