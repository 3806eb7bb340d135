import { Agent } from 'node:http';
import fc from 'fast-check';
import type { Attack, Finding } from './attack.js';
import { Actors } from './fuzz-actors.js';
import { Coverage } from './fuzz-coverage.js';
import { type FuzzedRequest, requestsFor } from './fuzz-requests.js';
import { sendFuzzed } from './fuzz-send.js';
import { type FuzzedAnswer, Verdict } from './fuzz-verdict.js';
import { quoted } from './shell.js';
import type { Target } from './target.js';

const CONCURRENCY = 12;
/** The time limit per request, which adds up to five minutes for 20 000. Usually they take a third of that. */
const MAX_MS_PER_REQUEST = 15;
/** A server may disconnect before it has read a longer body; its answer is lost then. */
const MAX_BODY_BYTES = 64 * 1024;

/** Longer bodies are not shown, because the seed generates them again. */
const MAX_SHOWN_BYTES = 4_000;

function reproduce({ url, settings: { seed } }: Target, fuzzed: FuzzedRequest, token?: string): string {
  const { as, method, path, headers, body } = fuzzed;
  const all = { ...(token && { authorization: `Bearer ${token}` }), ...headers };
  const more = Object.entries(all).map(([name, value]) => ` -H ${quoted(`${name}: ${value}`)}`);
  const curl = `curl -i -X ${method} --path-as-is ${quoted(url + path)}${more.join('')}`;
  if (body === undefined) return `as ${as}: ${curl}`;
  if (body.length > MAX_SHOWN_BYTES)
    return `as ${as}: ${curl}, with ${body.length} bytes that seed ${seed} makes`;
  const bytes = `printf %s ${body.toString('base64')} | base64 -d`;
  return `as ${as}: ${bytes} | ${curl} --data-binary @-`;
}

const rerunCommand = ({ settings: { seed, requests } }: Target): string =>
  `npm run attack -- fuzz --seed ${seed} --requests ${requests}`;

/** The state of a running fuzzer. */
class Run {
  readonly findings: Finding[] = [];
  readonly coverage: Coverage;
  /** Too long bodies whose answer was lost. */
  lost = 0;
  private readonly verdict: Verdict;
  private readonly actors: Actors;
  private readonly seen = new Set<string>();

  constructor(
    private readonly target: Target,
    private readonly agent: Agent,
  ) {
    this.actors = new Actors(target);
    this.verdict = new Verdict(target.document);
    this.coverage = new Coverage(target.document, rerunCommand(target));
  }

  /** Sends one request, and records what is wrong with its answer, once per operation. */
  async send(planned: FuzzedRequest): Promise<void> {
    const fuzzed = await this.actors.fillIn(planned);
    const token = await this.actors.tokenOf(fuzzed.as);
    const what = await this.wrongWith(fuzzed, token);
    const kind = `${fuzzed.operation.name}: ${what}`;
    if (what === undefined || this.seen.has(kind)) return;
    this.seen.add(kind);
    this.findings.push({ what: kind, reproduce: reproduce(this.target, fuzzed, token) });
  }

  private async wrongWith(fuzzed: FuzzedRequest, token: string | undefined): Promise<string | undefined> {
    let answer: FuzzedAnswer;
    try {
      answer = await sendFuzzed(this.target, this.agent, fuzzed, token);
    } catch (error) {
      if ((fuzzed.body?.length ?? 0) <= MAX_BODY_BYTES)
        return `it does not answer: ${(error as Error).message}`;
      this.lost += 1;
      return undefined;
    }
    this.coverage.count(fuzzed, answer);
    await this.actors.remember(fuzzed, answer);
    if (answer.status === 401 && !('authorization' in fuzzed.headers)) this.actors.forget(fuzzed.as, token);
    return this.verdict.of(fuzzed, answer);
  }
}

/** Generates the same number of requests for each operation, interleaved. The same seed generates the same requests. */
function plan({ document, settings }: Target): FuzzedRequest[] {
  const share = Math.ceil(settings.requests / document.operations.length);
  const all = document.operations.map((operation, index) =>
    fc.sample(requestsFor(operation, document), { numRuns: share, seed: settings.seed + index }),
  );
  return Array.from({ length: share }, (_, turn) => all.map((requests) => requests[turn]!))
    .flat()
    .slice(0, settings.requests);
}

/** Generates requests from the API document and checks every answer against it. */
export const fuzz: Attack = {
  name: 'fuzz',
  about:
    'requests generated from the API document, with a token of each role and without one; every answer must match the document and be no 5xx',
  async run(target) {
    const requests = plan(target);
    const agent = new Agent({ keepAlive: true, maxSockets: CONCURRENCY });
    const run = new Run(target, agent);
    const until = performance.now() + 60_000 + MAX_MS_PER_REQUEST * requests.length;
    let tried = 0;
    const work = async (): Promise<void> => {
      while (tried < requests.length && performance.now() < until) await run.send(requests[tried++]!);
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, work));
    agent.destroy();
    const { lost, coverage } = run;
    const tooSlow: Finding = {
      what: `only ${tried} requests were answered in time`,
      reproduce: rerunCommand(target),
    };
    const cutOff = lost === 0 ? '' : `; the API closed the connection of ${lost} bodies over the limit`;
    return {
      tried,
      findings: [...run.findings, ...coverage.findings, ...(tried < requests.length ? [tooSlow] : [])],
      note: `seed ${target.settings.seed}; ${coverage.summary}${cutOff}`,
    };
  },
};
