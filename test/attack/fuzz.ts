import { Agent, request } from 'node:http';
import fc from 'fast-check';
import type { Attack, Finding } from './attack.js';
import { type FuzzedRequest, OWN, requestsFor } from './fuzz-requests.js';
import { type FuzzedAnswer, Verdict } from './fuzz-verdict.js';
import type { Person, Role, Target } from './target.js';

const AT_ONCE = 12;
const PATIENCE_MS = 30_000;

/** Those who ask, each replaced as soon as their token is good no more: some requests do that. */
class Callers {
  private readonly people = new Map<Role, Promise<Person>>();

  private readonly made = new Map<string, number>();

  constructor(private readonly target: Target) {}

  async tokenOf(as: FuzzedRequest['as']): Promise<string | undefined> {
    if (as === 'nobody') return undefined;
    const person = this.people.get(as) ?? this.target.newcomer(as);
    this.people.set(as, person);
    return (await person).token;
  }

  /** The path with the id of what the caller made last there. */
  pathOf({ as, path, operation }: FuzzedRequest): string {
    const collection = operation.path.split('/{')[0]!;
    return path.replace(OWN, String(this.made.get(`${as} ${collection}`) ?? 1));
  }

  remember({ as, operation }: FuzzedRequest, { status, text }: FuzzedAnswer): void {
    if (status !== 201) return;
    const { id } = JSON.parse(text) as { id: number };
    this.made.set(`${as} ${operation.path}`, id);
  }

  forget(as: FuzzedRequest['as'], token: string | undefined): void {
    if (as === 'nobody' || token === undefined) return;
    void this.people.get(as)?.then((person) => person.token === token && this.people.delete(as));
  }
}

function send(
  target: Target,
  agent: Agent | undefined,
  fuzzed: FuzzedRequest,
  token: string | undefined,
): Promise<FuzzedAnswer> {
  const { method, path, headers, body } = fuzzed;
  return new Promise((resolve, reject) => {
    const asked = request(target.url, { agent: agent ?? false, method, path, timeout: PATIENCE_MS });
    for (const [name, value] of Object.entries({
      ...(token && { authorization: `Bearer ${token}` }),
      ...headers,
    })) {
      asked.setHeader(name, Buffer.from(value).toString('latin1'));
    }
    // Also where a method usually has no body: without it the bytes would pass for another request.
    if (body) asked.setHeader('content-length', body.length);
    asked.on('timeout', () => asked.destroy(new Error('no answer in time')));
    asked.on('error', (error) => {
      // The server had closed the connection while this was on its way: asked anew, on one of its own.
      if (asked.reusedSocket) resolve(send(target, undefined, fuzzed, token));
      else reject(error);
    });
    asked.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode!, type: response.headers['content-type'] ?? '', text }),
      );
    });
    asked.end(body);
  });
}

function repeat({ url }: Target, { as, method, path, headers, body }: FuzzedRequest): string {
  const more = Object.entries(headers).map(([name, value]) => ` -H '${name}: ${value}'`);
  const data = body === undefined ? '' : ` --data-binary '${body.toString('utf8').slice(0, 2_000)}'`;
  return `as ${as}: curl -i -X ${method} --path-as-is '${url}${path}'${more.join('')}${data}`;
}

async function judged(
  target: Target,
  agent: Agent,
  planned: FuzzedRequest,
  callers: Callers,
  verdict: Verdict,
): Promise<string | undefined> {
  const fuzzed = { ...planned, path: callers.pathOf(planned) };
  const token = await callers.tokenOf(fuzzed.as);
  let answer: FuzzedAnswer;
  try {
    answer = await send(target, agent, fuzzed, token);
  } catch (error) {
    // A server may hang up on a body that it will not read to the end; the answer was lost on its way.
    return (fuzzed.body?.length ?? 0) > 60_000
      ? undefined
      : `it does not answer: ${(error as Error).message}`;
  }
  callers.remember(fuzzed, answer);
  if (answer.status === 401 && !('authorization' in fuzzed.headers)) callers.forget(fuzzed.as, token);
  return verdict.of(fuzzed, answer);
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
    const [requests, callers, verdict] = [plan(target), new Callers(target), new Verdict(target.document)];
    const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
    const findings: Finding[] = [];
    const seen = new Set<string>();
    let next = 0;
    const work = async (): Promise<void> => {
      for (let fuzzed = requests[next++]; fuzzed; fuzzed = requests[next++]) {
        const what = await judged(target, agent, fuzzed, callers, verdict);
        const kind = `${fuzzed.operation.name}: ${what}`;
        if (what === undefined || seen.has(kind)) continue;
        seen.add(kind);
        findings.push({ what: kind, repeat: repeat(target, fuzzed) });
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    agent.destroy();
    return { tried: requests.length, findings, note: `seed ${target.settings.seed}; ${verdict.summary}` };
  },
};
