import { median } from '../bench/load.js';
import type { Attack, Finding } from './attack.js';
import { quoted } from './shell.js';
import type { Target } from './target.js';

const PAIRS = 60;
const AT_MOST = 1.05;

interface Question {
  readonly name: string;
  readonly path: string;
  readonly body: (email: string) => object;
  /** Where the answer itself is promised to tell: existing clients rely on it. */
  readonly tells?: boolean;
}

const QUESTIONS: readonly Question[] = [
  { name: 'log-in', path: '/api/auth/login', body: (email) => ({ email, password: 'a wrong guess' }) },
  {
    name: 'register',
    path: '/api/auth/register',
    body: (email) => ({ email, password: 'long enough for this' }),
    tells: true,
  },
  { name: 'reset', path: '/api/auth/password/forgot', body: (email) => ({ email }) },
  { name: 'verification', path: '/api/auth/verify-email/send', body: (email) => ({ email }) },
];

interface Asked {
  readonly ms: number;
  /** Status and text, less what is new in every answer. */
  readonly said: string;
}

async function ask(target: Target, { path, body }: Question, email: string): Promise<Asked> {
  const began = performance.now();
  const answer = await target.client.post(path, body(email));
  const ms = performance.now() - began;
  const said = JSON.stringify({ ...answer.body, request_id: undefined });
  return { ms, said: `${answer.status} ${said}` };
}

interface Compared {
  /** How far apart the medians are; 1 is not at all. */
  readonly ratio: number;
  readonly said: ReadonlySet<string>;
}

/** Known and unknown accounts, one after the other, each first as often as the other. */
async function compare(target: Target, question: Question, known: string): Promise<Compared> {
  const times: Record<'known' | 'unknown', number[]> = { known: [], unknown: [] };
  const said = new Set<string>();
  for (let pair = 0; pair < PAIRS; pair += 1) {
    const stranger = `stranger${pair}-${Math.trunc(performance.now())}@people.example`;
    const turns = [['known', known] as const, ['unknown', stranger] as const];
    for (const [kind, email] of pair % 2 ? turns.reverse() : turns) {
      const asked = await ask(target, question, email);
      times[kind].push(asked.ms);
      said.add(asked.said);
    }
  }
  const [slow, fast] = [median(times.known), median(times.unknown)].sort((a, b) => b - a);
  return { ratio: slow! / fast!, said };
}

function findingsOf(target: Target, question: Question, { ratio, said }: Compared): Finding[] {
  const { path, body, tells } = question;
  const repeat = `curl -i ${target.url}${path} -H 'content-type: application/json' -d ${quoted(JSON.stringify(body('EMAIL')))}`;
  const apart = { what: `${path}: the medians are ${ratio.toFixed(3)} times apart`, repeat };
  const unlike = { what: `${path}: the answers are not alike: ${[...said].join(' and ')}`, repeat };
  return [...(ratio > AT_MOST ? [apart] : []), ...(said.size > 1 && !tells ? [unlike] : [])];
}

/** Whether an answer, or the time that it takes, tells if there is an account. */
export const timing: Attack = {
  name: 'timing',
  about: 'whether known and unknown accounts are answered alike, and in the same time',
  async run(target) {
    const { email } = await target.patient();
    const findings: Finding[] = [];
    const seen: string[] = [];
    for (const question of QUESTIONS) {
      let compared = await compare(target, question, email);
      // Machines have their moments: what is not there the second time was not there.
      if (compared.ratio > AT_MOST) compared = await compare(target, question, email);
      seen.push(`${question.name} ${compared.ratio.toFixed(3)}`);
      findings.push(...findingsOf(target, question, compared));
    }
    return { tried: 2 * PAIRS * QUESTIONS.length, findings, note: `medians apart: ${seen.join(', ')}` };
  },
};
