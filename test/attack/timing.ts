import { median } from '../bench/load.js';
import type { Attack, Finding } from './attack.js';
import { quoted } from './shell.js';
import type { Target } from './target.js';

const PAIRS = 60;
const MAX_RATIO = 1.05;

interface Endpoint {
  readonly name: string;
  readonly path: string;
  readonly body: (email: string) => object;
  /** Whether the text may reveal that an account exists, because existing clients rely on it. */
  readonly mayReveal?: boolean;
}

const ENDPOINTS: readonly Endpoint[] = [
  { name: 'log-in', path: '/api/auth/login', body: (email) => ({ email, password: 'a wrong guess' }) },
  {
    name: 'register',
    path: '/api/auth/register',
    body: (email) => ({ email, password: 'long enough for this' }),
    mayReveal: true,
  },
  { name: 'reset', path: '/api/auth/password/forgot', body: (email) => ({ email }) },
  { name: 'verification', path: '/api/auth/verify-email/send', body: (email) => ({ email }) },
];

interface TimedAnswer {
  readonly ms: number;
  /** Status and body without the request id, which differs in every answer. */
  readonly content: string;
}

async function ask(target: Target, { path, body }: Endpoint, email: string): Promise<TimedAnswer> {
  const began = performance.now();
  const answer = await target.client.post(path, body(email));
  const ms = performance.now() - began;
  const content = JSON.stringify({ ...answer.body, request_id: undefined });
  return { ms, content: `${answer.status} ${content}` };
}

interface Comparison {
  /** The larger median divided by the smaller one. */
  readonly ratio: number;
  readonly contents: ReadonlySet<string>;
}

/** Measures a known and an unknown account in turn; each comes first equally often. */
async function compare(target: Target, endpoint: Endpoint, known: string): Promise<Comparison> {
  const times: Record<'known' | 'unknown', number[]> = { known: [], unknown: [] };
  const contents = new Set<string>();
  for (let pair = 0; pair < PAIRS; pair += 1) {
    const stranger = `stranger${pair}-${Math.trunc(performance.now())}@people.example`;
    const turns = [['known', known] as const, ['unknown', stranger] as const];
    for (const [kind, email] of pair % 2 ? turns.reverse() : turns) {
      const answered = await ask(target, endpoint, email);
      times[kind].push(answered.ms);
      contents.add(answered.content);
    }
  }
  const [slower, faster] = [median(times.known), median(times.unknown)].sort((a, b) => b - a);
  return { ratio: slower! / faster!, contents };
}

function findingsOf(target: Target, endpoint: Endpoint, { ratio, contents }: Comparison): Finding[] {
  const { path, body, mayReveal } = endpoint;
  const reproduce = `curl -i ${target.url}${path} -H 'content-type: application/json' -d ${quoted(JSON.stringify(body('EMAIL')))}`;
  const apart = { what: `${path}: the medians are ${ratio.toFixed(3)} times apart`, reproduce };
  const different = { what: `${path}: the answers differ: ${[...contents].join(' and ')}`, reproduce };
  return [...(ratio > MAX_RATIO ? [apart] : []), ...(contents.size > 1 && !mayReveal ? [different] : [])];
}

/** Checks that neither an answer nor its time reveals whether an account exists. */
export const timing: Attack = {
  name: 'timing',
  about: 'whether known and unknown accounts are answered alike, and in the same time',
  async run(target) {
    const { email } = await target.patient();
    const findings: Finding[] = [];
    const seen: string[] = [];
    for (const endpoint of ENDPOINTS) {
      let compared = await compare(target, endpoint, email);
      // Machines have slow moments: a difference counts only if it recurs.
      if (compared.ratio > MAX_RATIO) compared = await compare(target, endpoint, email);
      seen.push(`${endpoint.name} ${compared.ratio.toFixed(3)}`);
      findings.push(...findingsOf(target, endpoint, compared));
    }
    return { tried: 2 * PAIRS * ENDPOINTS.length, findings, note: `medians apart: ${seen.join(', ')}` };
  },
};
