import { median } from '../bench/load.js';
import type { Attack, Finding } from './attack.js';
import type { Target } from './target.js';

const PAIRS = 40;
const AT_MOST = 1.05;

interface Question {
  readonly name: string;
  readonly path: string;
  readonly body: (email: string) => object;
}

const QUESTIONS: readonly Question[] = [
  { name: 'log-in', path: '/api/auth/login', body: (email) => ({ email, password: 'a wrong guess' }) },
  { name: 'register', path: '/api/auth/register', body: (email) => ({ email, password: 'long enough' }) },
  { name: 'reset', path: '/api/auth/password/forgot', body: (email) => ({ email }) },
  { name: 'verification', path: '/api/auth/verify-email/send', body: (email) => ({ email }) },
];

async function time(target: Target, { path, body }: Question, email: string): Promise<number> {
  const began = performance.now();
  await target.client.post(path, body(email));
  return performance.now() - began;
}

/** How far apart known and unknown accounts are answered, in turn; 1 is not at all. */
async function ratio(target: Target, question: Question, known: string): Promise<number> {
  const times: { known: number[]; unknown: number[] } = { known: [], unknown: [] };
  for (let pair = 0; pair < PAIRS; pair += 1) {
    times.known.push(await time(target, question, known));
    const stranger = `stranger${pair}-${performance.now()}@people.example`;
    times.unknown.push(await time(target, question, stranger));
  }
  const [slow, fast] = [median(times.known), median(times.unknown)].sort((a, b) => b - a);
  return slow! / fast!;
}

/** Whether the time of an answer tells if there is an account. */
export const timing: Attack = {
  name: 'timing',
  about: 'whether known and unknown accounts are answered in the same time',
  async run(target) {
    const { email } = await target.patient();
    const findings: Finding[] = [];
    const seen: string[] = [];
    for (const question of QUESTIONS) {
      let worst = await ratio(target, question, email);
      // Machines have their moments: what is not there the second time was not there.
      if (worst > AT_MOST) worst = Math.min(worst, await ratio(target, question, email));
      seen.push(`${question.name} ${worst.toFixed(3)}`);
      if (worst <= AT_MOST) continue;
      findings.push({
        what: `${question.path}: the medians are ${worst.toFixed(3)} times apart`,
        repeat: 'npm run attack -- timing',
      });
    }
    return { tried: 2 * PAIRS * QUESTIONS.length, findings, note: `medians apart: ${seen.join(', ')}` };
  },
};
