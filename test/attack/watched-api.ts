import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../bin/support/ports.js';
import type { Program } from '../support/program.js';
import type { Target } from './target.js';

const PATIENCE_MS = 60_000;
const PING_EVERY_MS = 4;
const CONTROL_MS = 200;

/** What others noticed while something was done. */
export interface Cost {
  /** How long the event loop was held at a time, at most. */
  readonly heldMs: number;
  /** How long another client waited for /health/live, at most. */
  readonly waitedMs: number;
}

/** Another API process over the target's database, whose event loop is watched from within, and its health from outside. */
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

  /** Does some work, and answers what it cost others. */
  async cost(work: () => Promise<unknown>): Promise<Cost> {
    await this.longestHold();
    const over = new AbortController();
    const pinging = this.longestWait(over.signal);
    // Whoever waits for it hears of what went wrong; where the work failed, nobody does.
    pinging.catch(() => undefined);
    await work().finally(() => over.abort());
    return { waitedMs: await pinging, heldMs: await this.longestHold() };
  }

  /** Has the event loop held: if that is not noticed, neither is what a request does. */
  async control(): Promise<void> {
    const { heldMs, waitedMs } = await this.cost(async () => {
      this.loop.write(String(CONTROL_MS));
      await sleep(2 * CONTROL_MS);
    });
    if (Math.min(heldMs, waitedMs) < CONTROL_MS / 2)
      throw new Error(`held for ${CONTROL_MS} ms, it showed ${heldMs} within and ${waitedMs} outside`);
  }

  async close(): Promise<void> {
    this.loop.destroy();
    this.agent.destroy();
    await this.program.kill();
  }

  private async longestHold(): Promise<number> {
    const told = once(this.loop, 'data') as Promise<[Buffer]>;
    this.loop.write('?');
    return Number(String((await told)[0]));
  }

  private async longestWait(over: AbortSignal): Promise<number> {
    let longest = 0;
    while (!over.aborted) {
      const began = performance.now();
      await this.ping();
      longest = Math.max(longest, performance.now() - began);
      await sleep(PING_EVERY_MS);
    }
    return longest;
  }

  private ping(): Promise<void> {
    return new Promise((resolve, reject) => {
      const asked = request(`${this.url}/health/live`, { agent: this.agent, timeout: PATIENCE_MS });
      asked.on('error', reject).on('timeout', () => asked.destroy(new Error('/health/live does not answer')));
      asked.on('response', (response) => response.resume().on('end', resolve)).end();
    });
  }
}
