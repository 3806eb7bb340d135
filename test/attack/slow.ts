import { stripVTControlCharacters } from 'node:util';
import type { Attack, Finding } from './attack.js';
import { Behaving } from './behaving.js';
import { quoted } from './shell.js';
import type { Target } from './target.js';
import { notThere, runTool } from './tool.js';

/** A request must arrive within 10 s, and the service looks every 2 s; the rest is to connect, and for slow machines. */
const ENDED_WITHIN_SECONDS = 16;
const CONNECTIONS = '400';

interface Way {
  /** What a client does slowly. */
  readonly what: string;
  /** How, by slowhttptest's options. */
  readonly options: readonly string[];
  readonly path: string;
  /** Whether the service is to hang up on whoever does: a request must arrive in time, an answer may be read for long. */
  readonly isEnded: boolean;
}

const WAYS: readonly Way[] = [
  { what: 'headers', options: ['-H', '-i', '2'], path: '/api/doctors/public', isEnded: true },
  {
    what: 'body',
    options: ['-B', '-i', '2', '-s', '8192', '-t', 'POST', '-f', 'application/json'],
    path: '/api/auth/login',
    isEnded: true,
  },
  {
    what: 'read',
    options: ['-X', '-w', '1', '-y', '8', '-n', '5', '-z', '8', '-k', '3'],
    path: '/api/docs/swagger-ui-bundle.js',
    isEnded: false,
  },
];

/** How many slow clients it had, each time that it told: the most, and the last. */
function connectedIn(printed: string): { most: number; last: number } {
  const told = [...stripVTControlCharacters(printed).matchAll(/connected:\s+(\d+)/g)];
  const counts = told.map(([, count]) => Number(count));
  // It ends early as soon as none is left, and tells so in words.
  const last = printed.includes('No open connections left') ? 0 : (counts.at(-1) ?? 0);
  return { most: Math.max(0, ...counts), last };
}

/** Answers how a client that behaves fared in the meantime; undefined where there is no slowhttptest. */
async function attack(target: Target, { what, options, path, isEnded }: Way) {
  const behaving = new Behaving(target);
  const limits = ['-c', CONNECTIONS, '-r', CONNECTIONS, '-l', String(ENDED_WITHIN_SECONDS)];
  const args = [...limits, ...options, '-u', target.url + path];
  const printed = await runTool('slowhttptest', args, target, ENDED_WITHIN_SECONDS + 15);
  const { answered, failed } = await behaving.stop();
  if (printed === undefined) return undefined;
  const { most, last } = connectedIn(printed);
  // With none, nothing was attacked.
  if (most === 0) throw new Error(`slowhttptest did not connect: ${printed.slice(-1_000)}`);
  const found: string[] = [];
  if (failed > 0 || answered <= ENDED_WITHIN_SECONDS)
    found.push(`during slow ${what} another client was answered ${answered} times, and ${failed} times not`);
  if (isEnded && last > 0)
    found.push(`${last} of ${most} connections with slow ${what} were open after ${ENDED_WITHIN_SECONDS} s`);
  const repeat = `slowhttptest ${args.map(quoted).join(' ')}`;
  return { tried: answered + failed, most, findings: found.map((text) => ({ what: text, repeat })) };
}

/** Hundreds of clients that take their time, while another one must be answered; the service must end the slow ones. */
export const slow: Attack = {
  name: 'slowhttptest',
  about: `${CONNECTIONS} clients that send headers or bodies, or read, slowly`,
  async run(target) {
    const findings: Finding[] = [];
    const most: string[] = [];
    let tried = 0;
    for (const way of WAYS) {
      const outcome = await attack(target, way);
      if (!outcome) return notThere('slowhttptest');
      tried += outcome.tried;
      most.push(`${outcome.most} with slow ${way.what}`);
      findings.push(...outcome.findings);
    }
    const note = `tried: requests of a client that behaves, beside ${most.join(', ')} at once`;
    return { tried, findings, note };
  },
};
