import { Agent } from 'node:http';
import fc from 'fast-check';
import type { Attack, Finding } from './attack.js';
import { Callers } from './fuzz-callers.js';
import { Reach } from './fuzz-reach.js';
import { type FuzzedRequest, requestsFor } from './fuzz-requests.js';
import { send } from './fuzz-send.js';
import { type FuzzedAnswer, Verdict } from './fuzz-verdict.js';
import { quoted } from './shell.js';
import type { Target } from './target.js';

const AT_ONCE = 12;
/** For all requests, by how many they are: five minutes for 20 000. Usually it takes a third of that. */
const AT_MOST_MS_EACH = 15;
/** What a server may hang up on before it has read it to the end: its answer is lost on the way. */
const TOO_LONG_BYTES = 64 * 1024;

/** Longer ones are not shown: the same seed makes them again. */
const MOST_SHOWN = 4_000;

function repeat({ url, settings: { seed } }: Target, fuzzed: FuzzedRequest, token?: string): string {
  const { as, method, path, headers, body } = fuzzed;
  const all = { ...(token && { authorization: `Bearer ${token}` }), ...headers };
  const more = Object.entries(all).map(([name, value]) => ` -H ${quoted(`${name}: ${value}`)}`);
  const asked = `curl -i -X ${method} --path-as-is ${quoted(url + path)}${more.join('')}`;
  if (body === undefined) return `as ${as}: ${asked}`;
  if (body.length > MOST_SHOWN)
    return `as ${as}: ${asked}, with ${body.length} bytes that seed ${seed} makes`;
  const bytes = `printf %s ${body.toString('base64')} | base64 -d`;
  return `as ${as}: ${bytes} | ${asked} --data-binary @-`;
}

const again = ({ settings: { seed, requests } }: Target): string =>
  `npm run attack -- fuzz --seed ${seed} --requests ${requests}`;

/** The fuzzer while it runs. */
class Run {
  readonly findings: Finding[] = [];
  readonly reach: Reach;
  lost = 0;
  private readonly verdict: Verdict;
  private readonly callers: Callers;
  private readonly seen = new Set<string>();

  constructor(
    private readonly target: Target,
    private readonly agent: Agent,
  ) {
    this.callers = new Callers(target);
    this.verdict = new Verdict(target.document);
    this.reach = new Reach(target.document, again(target));
  }

  /** Sends one request, and writes down what is wrong with its answer: once for each operation. */
  async ask(planned: FuzzedRequest): Promise<void> {
    const fuzzed = await this.callers.filledIn(planned);
    const token = await this.callers.tokenOf(fuzzed.as);
    const what = await this.wrongWith(fuzzed, token);
    const kind = `${fuzzed.operation.name}: ${what}`;
    if (what === undefined || this.seen.has(kind)) return;
    this.seen.add(kind);
    this.findings.push({ what: kind, repeat: repeat(this.target, fuzzed, token) });
  }

  private async wrongWith(fuzzed: FuzzedRequest, token: string | undefined): Promise<string | undefined> {
    let answer: FuzzedAnswer;
    try {
      answer = await send(this.target, this.agent, fuzzed, token);
    } catch (error) {
      if ((fuzzed.body?.length ?? 0) <= TOO_LONG_BYTES)
        return `it does not answer: ${(error as Error).message}`;
      this.lost += 1;
      return undefined;
    }
    this.reach.count(fuzzed, answer);
    await this.callers.remember(fuzzed, answer);
    if (answer.status === 401 && !('authorization' in fuzzed.headers)) this.callers.forget(fuzzed.as, token);
    return this.verdict.of(fuzzed, answer);
  }
}

/** As many requests for each operation, mixed, the same for the same seed. */
function plan({ document, settings }: Target): FuzzedRequest[] {
  const share = Math.ceil(settings.requests / document.operations.length);
  const all = document.operations.map((operation, index) =>
    fc.sample(requestsFor(operation, document), { numRuns: share, seed: settings.seed + index }),
  );
  return Array.from({ length: share }, (_, turn) => all.map((requests) => requests[turn]!))
    .flat()
    .slice(0, settings.requests);
}

/** Requests made up from the API document, every answer held against it. */
export const fuzz: Attack = {
  name: 'fuzz',
  about:
    'requests made up from the API document, by everybody; every answer is held against it, none is a 5xx',
  async run(target) {
    const requests = plan(target);
    const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
    const run = new Run(target, agent);
    const until = performance.now() + 60_000 + AT_MOST_MS_EACH * requests.length;
    let tried = 0;
    const work = async (): Promise<void> => {
      while (tried < requests.length && performance.now() < until) await run.ask(requests[tried++]!);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    agent.destroy();
    const { lost, reach } = run;
    const tooSlow: Finding = {
      what: `only ${tried} requests were answered in time`,
      repeat: again(target),
    };
    const hungUp = lost === 0 ? '' : `; it hung up on ${lost} bodies over the limit`;
    return {
      tried,
      findings: [...run.findings, ...reach.findings, ...(tried < requests.length ? [tooSlow] : [])],
      note: `seed ${target.settings.seed}; ${reach.summary}${hungUp}`,
    };
  },
};
