import { Agent } from 'node:http';
import type { Attack, Finding } from './attack.js';
import { type Workload, LargestData } from './expensive-data.js';
import { type CostlyRequest, costlyRequests } from './expensive-requests.js';
import { sendFuzzed } from './fuzz-send.js';
import { quoted } from './shell.js';
import type { Person, Role, Target } from './target.js';
import { type Cost, WatchedApi } from './watched-api.js';

/** The longest that one request may hold the event loop. */
const MAX_HELD_MS = 50;
/** The longest that another client may wait, however many requests are being answered. */
const MAX_WAIT_MS = 250;
/** Machines have slow moments: work that took too long is repeated alone, and the minimum counts. */
const MAX_TRIES = 6;
const CONCURRENCY = 8;
const MAX_SHOWN = 3_000;

/** The state of a running attack. */
class Run {
  readonly findings: Finding[] = [];
  tried = 0;
  worst = { what: 'nothing', heldMs: 0, waitedMs: 0 };
  private readonly people = new Map<Role, Promise<Person>>();
  private readonly agent = new Agent({ keepAlive: true, maxSockets: CONCURRENCY });

  constructor(
    private readonly target: Target,
    private readonly api: WatchedApi,
  ) {}

  /** Sends several requests at once. If together they hold the event loop for too long, each is repeated alone. */
  async tryRequests(requests: readonly CostlyRequest[]): Promise<void> {
    for (let first = 0; first < requests.length; first += CONCURRENCY) {
      const group = requests.slice(first, first + CONCURRENCY);
      const { operation, as } = group[0]!;
      const what = `${operation} as ${as} with ${group.map((costly) => costly.what).join(', with ')}, at once`;
      const { heldMs } = await this.judge(
        what,
        this.reproduce(group[0]!),
        () => this.prepare(group),
        Infinity,
      );
      this.tried += group.length - 1;
      if (heldMs <= MAX_HELD_MS) continue;
      for (const costly of group)
        await this.judge(nameOf(costly), this.reproduce(costly), () => this.prepare([costly]));
    }
  }

  async tryWorkload({ what, prepare }: Workload): Promise<void> {
    const limit = what.endsWith('at once') ? Infinity : MAX_HELD_MS;
    await this.judge(`the largest data: ${what}`, 'npm run attack -- expensive', prepare, limit);
  }

  end(): void {
    this.agent.destroy();
  }

  /** A wrong answer is a finding too, and does not stop the other requests. */
  private async judge(
    what: string,
    reproduce: string,
    prepare: Workload['prepare'],
    maxHeldMs = MAX_HELD_MS,
  ): Promise<Cost> {
    this.tried += 1;
    try {
      return await this.leastCost(what, reproduce, prepare, maxHeldMs);
    } catch (error) {
      if (this.target.settings.signal.aborted) throw error;
      this.findings.push({ what: `${what}: ${(error as Error).message}`, reproduce });
      return { heldMs: 0, waitedMs: 0 };
    }
  }

  private async leastCost(
    what: string,
    reproduce: string,
    prepare: Workload['prepare'],
    maxHeldMs: number,
  ): Promise<Cost> {
    let least = await this.api.cost(await prepare());
    const isTooMuch = ({ heldMs, waitedMs }: Cost) => heldMs > maxHeldMs || waitedMs > MAX_WAIT_MS;
    for (let turn = 1; turn < MAX_TRIES && isTooMuch(least); turn += 1) {
      const { heldMs, waitedMs } = await this.api.cost(await prepare());
      least = {
        heldMs: Math.min(least.heldMs, heldMs),
        waitedMs: Math.min(least.waitedMs, waitedMs),
      };
    }
    const cost = `held the event loop for ${Math.round(least.heldMs)} ms, and /health/live waited for ${Math.round(least.waitedMs)} ms`;
    if (isTooMuch(least)) this.findings.push({ what: `${what} ${cost}`, reproduce });
    if (maxHeldMs !== Infinity && least.heldMs > this.worst.heldMs) this.worst = { what, ...least };
    return least;
  }

  private async prepare(group: readonly CostlyRequest[]): Promise<() => Promise<unknown>> {
    const persons = await Promise.all(group.map(({ as }) => this.personFor(as)));
    return () => Promise.all(group.map((costly, at) => this.send(costly, persons[at])));
  }

  private async send(
    { what, as, method, path, headers, body }: CostlyRequest,
    person: Person | undefined,
  ): Promise<void> {
    const operation = this.target.document.operations[0]!;
    const request = {
      as,
      method,
      path,
      headers,
      body: body === undefined ? undefined : Buffer.from(body),
      operation,
    };
    const { status } = await sendFuzzed({ url: this.api.url }, this.agent, request, person?.token);
    if (status >= 500) throw new Error(`${method} ${path.slice(0, 100)} with ${what} answered ${status}`);
    // Some requests end the actor's sessions.
    if (status === 401 && as !== 'visitor' && !('authorization' in headers)) this.people.delete(as);
  }

  private async personFor(as: CostlyRequest['as']): Promise<Person | undefined> {
    if (as === 'visitor') return undefined;
    const person = this.people.get(as) ?? this.target.newcomer(as);
    this.people.set(as, person);
    return person;
  }

  private reproduce({ as, method, path, headers, body }: CostlyRequest): string {
    const shown = (text: string) =>
      text.length > MAX_SHOWN ? `${text.slice(0, 60)}…${text.length} characters` : text;
    const more = Object.entries(headers).map(([name, value]) => ` -H ${quoted(shown(`${name}: ${value}`))}`);
    const sent = body === undefined ? '' : ` -d ${quoted(shown(body))}`;
    return `as ${as}: curl -i -X ${method} ${quoted(shown(this.target.url + path))}${more.join('')}${sent}`;
  }
}

const nameOf = ({ operation, as, what }: CostlyRequest): string => `${operation} as ${as} with ${what}`;

/** Sends the costliest requests possible, while another client polls the service's health. */
export const expensive: Attack = {
  name: 'expensive',
  about: `the longest and nastiest texts for every operation, and the largest data of an account; no request holds the event loop for over ${MAX_HELD_MS} ms, and /health/live never waits for over ${MAX_WAIT_MS} ms`,
  async run(target) {
    const api = await WatchedApi.over(target);
    const run = new Run(target, api);
    try {
      await api.selfTest();
      for (const operation of target.document.operations)
        await run.tryRequests(costlyRequests(operation, target.document));
      const data = await LargestData.in(target, api.url);
      for (const workload of data.workloads) await run.tryWorkload(workload);
    } finally {
      run.end();
      await api.close();
    }
    const { tried, findings, worst } = run;
    const note = `held longest, for ${Math.round(worst.heldMs)} ms, by ${worst.what}`;
    return { tried, findings, note };
  },
};
