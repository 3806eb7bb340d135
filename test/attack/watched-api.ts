import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../bin/support/ports.js';
import type { Program } from '../support/program.js';
import type { Target } from './target.js';

const TIMEOUT_MS = 60_000;
const PING_INTERVAL_MS = 4;
const SELF_TEST_MS = 200;

/** How much other clients were delayed by some work. */
export interface Cost {
  /** The longest time for which the event loop was held. */
  readonly heldMs: number;
  /** The longest time that another client waited for /health/live. */
  readonly waitedMs: number;
}

/** Another API process of the target. Its event loop is watched from within, and /health/live from outside. */
export class WatchedApi {
  private readonly agent = new Agent({ keepAlive: true });

  private constructor(
    readonly url: string,
    private readonly program: Program,
    private readonly loop: Socket,
  ) {}

  static async over(target: Target): Promise<WatchedApi> {
    const port = await freePort();
    const watch = new URL('./loop-watch.mjs', import.meta.url).href;
    const { program, client } = await target.startApi({
      NODE_OPTIONS: `--import ${watch}`,
      LOOP_WATCH_PORT: String(port),
    });
    const loop = connect(port, '127.0.0.1');
    await once(loop, 'connect');
    return new WatchedApi(client.baseUrl, program, loop);
  }

  /** Does some work and measures how much it delays others. */
  async cost(work: () => Promise<unknown>): Promise<Cost> {
    await this.longestHold();
    const finished = new AbortController();
    const pinging = this.longestWait(finished.signal);
    // A failed ping is thrown below. If the work itself fails, nothing awaits the pings.
    pinging.catch(() => undefined);
    await work().finally(() => finished.abort());
    return { waitedMs: await pinging, heldMs: await this.longestHold() };
  }

  /**
   * Holds the event loop on purpose.
   *
   * @throws Error if that is not noticed, because then slow requests would not be noticed either
   */
  async selfTest(): Promise<void> {
    const { heldMs, waitedMs } = await this.cost(async () => {
      this.loop.write(String(SELF_TEST_MS));
      await sleep(2 * SELF_TEST_MS);
    });
    if (Math.min(heldMs, waitedMs) < SELF_TEST_MS / 2)
      throw new Error(`held for ${SELF_TEST_MS} ms, it showed ${heldMs} within and ${waitedMs} outside`);
  }

  async close(): Promise<void> {
    this.loop.destroy();
    this.agent.destroy();
    await this.program.kill();
  }

  private async longestHold(): Promise<number> {
    const answer = once(this.loop, 'data') as Promise<[Buffer]>;
    this.loop.write('?');
    return Number(String((await answer)[0]));
  }

  private async longestWait(finished: AbortSignal): Promise<number> {
    let longest = 0;
    while (!finished.aborted) {
      const began = performance.now();
      await this.ping();
      longest = Math.max(longest, performance.now() - began);
      await sleep(PING_INTERVAL_MS);
    }
    return longest;
  }

  private ping(): Promise<void> {
    return new Promise((resolve, reject) => {
      const pinging = request(`${this.url}/health/live`, { agent: this.agent, timeout: TIMEOUT_MS });
      pinging
        .on('error', reject)
        .on('timeout', () => pinging.destroy(new Error('/health/live does not answer')));
      pinging.on('response', (response) => response.resume().on('end', resolve)).end();
    });
  }
}
