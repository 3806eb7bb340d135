import { Agent } from 'node:http';
import type { Attack, Finding } from './attack.js';
import { type Deed, LargestData } from './expensive-data.js';
import { type Costly, costlyRequests } from './expensive-requests.js';
import { send } from './fuzz-send.js';
import { quoted } from './shell.js';
import type { Person, Role, Target } from './target.js';
import { type Cost, WatchedApi } from './watched-api.js';

/** By one request. */
const HELD_AT_MOST_MS = 50;
/** While however many are answered. */
const WAITED_AT_MOST_MS = 250;
/** Machines have their moments: what was too long is tried again alone, and the least counts. */
const AGAIN = 6;
const AT_ONCE = 8;
const MOST_SHOWN = 3_000;

/** The attack while it runs. */
class Run {
  readonly findings: Finding[] = [];
  tried = 0;
  worst = { what: 'nothing', heldMs: 0, waitedMs: 0 };
  private readonly people = new Map<Role, Promise<Person>>();
  private readonly agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });

  constructor(
    private readonly target: Target,
    private readonly api: WatchedApi,
  ) {}

  /** Several at once; and each alone, where one of them may have held the event loop for too long. */
  async tryRequests(requests: readonly Costly[]): Promise<void> {
    for (let first = 0; first < requests.length; first += AT_ONCE) {
      const group = requests.slice(first, first + AT_ONCE);
      const { operation, as } = group[0]!;
      const what = `${operation} as ${as} with ${group.map((costly) => costly.what).join(', with ')}, at once`;
      const { heldMs } = await this.judge(what, this.repeat(group[0]!), () => this.prepare(group), Infinity);
      this.tried += group.length - 1;
      if (heldMs <= HELD_AT_MOST_MS) continue;
      for (const costly of group)
        await this.judge(nameOf(costly), this.repeat(costly), () => this.prepare([costly]));
    }
  }

  async tryDeed({ what, prepare }: Deed): Promise<void> {
    const limit = what.endsWith('at once') ? Infinity : HELD_AT_MOST_MS;
    await this.judge(`the largest data: ${what}`, 'npm run attack -- expensive', prepare, limit);
  }

  end(): void {
    this.agent.destroy();
  }

  /** What is not answered as it should be is found too; the others go on. */
  private async judge(
    what: string,
    repeat: string,
    prepare: Deed['prepare'],
    heldAtMost = HELD_AT_MOST_MS,
  ): Promise<Cost> {
    this.tried += 1;
    try {
      return await this.leastCost(what, repeat, prepare, heldAtMost);
    } catch (error) {
      if (this.target.settings.signal.aborted) throw error;
      this.findings.push({ what: `${what}: ${(error as Error).message}`, repeat });
      return { heldMs: 0, waitedMs: 0 };
    }
  }

  private async leastCost(
    what: string,
    repeat: string,
    prepare: Deed['prepare'],
    heldAtMost: number,
  ): Promise<Cost> {
    let least = await this.api.cost(await prepare());
    const isTooMuch = ({ heldMs, waitedMs }: Cost) => heldMs > heldAtMost || waitedMs > WAITED_AT_MOST_MS;
    for (let turn = 1; turn < AGAIN && isTooMuch(least); turn += 1) {
      const { heldMs, waitedMs } = await this.api.cost(await prepare());
      least = {
        heldMs: Math.min(least.heldMs, heldMs),
        waitedMs: Math.min(least.waitedMs, waitedMs),
      };
    }
    const told = `held the event loop for ${Math.round(least.heldMs)} ms, and /health/live waited for ${Math.round(least.waitedMs)} ms`;
    if (isTooMuch(least)) this.findings.push({ what: `${what} ${told}`, repeat });
    if (heldAtMost !== Infinity && least.heldMs > this.worst.heldMs) this.worst = { what, ...least };
    return least;
  }

  private async prepare(group: readonly Costly[]): Promise<() => Promise<unknown>> {
    const persons = await Promise.all(group.map(({ as }) => this.personFor(as)));
    return () => Promise.all(group.map((costly, at) => this.ask(costly, persons[at])));
  }

  private async ask(
    { what, as, method, path, headers, body }: Costly,
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
    const { status } = await send({ url: this.api.url }, this.agent, request, person?.token);
    if (status >= 500) throw new Error(`${method} ${path.slice(0, 100)} with ${what} answered ${status}`);
    // Some requests end the caller's sessions.
    if (status === 401 && as !== 'nobody' && !('authorization' in headers)) this.people.delete(as);
  }

  private async personFor(as: Costly['as']): Promise<Person | undefined> {
    if (as === 'nobody') return undefined;
    const person = this.people.get(as) ?? this.target.newcomer(as);
    this.people.set(as, person);
    return person;
  }

  private repeat({ as, method, path, headers, body }: Costly): string {
    const shown = (text: string) =>
      text.length > MOST_SHOWN ? `${text.slice(0, 60)}…${text.length} characters` : text;
    const more = Object.entries(headers).map(([name, value]) => ` -H ${quoted(shown(`${name}: ${value}`))}`);
    const sent = body === undefined ? '' : ` -d ${quoted(shown(body))}`;
    return `as ${as}: curl -i -X ${method} ${quoted(shown(this.target.url + path))}${more.join('')}${sent}`;
  }
}

const nameOf = ({ operation, as, what }: Costly): string => `${operation} as ${as} with ${what}`;

/** Requests that are as much work as one can make them, while another client asks for the service's health. */
export const expensive: Attack = {
  name: 'expensive',
  about: `the longest and nastiest texts for every operation, and the largest data of an account; no request holds the event loop for over ${HELD_AT_MOST_MS} ms, and /health/live never waits for over ${WAITED_AT_MOST_MS} ms`,
  async run(target) {
    const api = await WatchedApi.over(target);
    const run = new Run(target, api);
    try {
      await api.control();
      for (const operation of target.document.operations)
        await run.tryRequests(costlyRequests(operation, target.document));
      const data = await LargestData.in(target, api.url);
      for (const deed of data.deeds) await run.tryDeed(deed);
    } finally {
      run.end();
      await api.close();
    }
    const { tried, findings, worst } = run;
    const note = `held longest, for ${Math.round(worst.heldMs)} ms, by ${worst.what}`;
    return { tried, findings, note };
  },
};
