import { setTimeout as sleep } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';
import type { Attack, Finding } from './attack.js';
import { quoted } from './shell.js';
import type { Target } from './target.js';
import { notThere, runTool } from './tool.js';

const SECONDS = 18;
const CONNECTIONS = '400';
const PATIENCE_MS = 5_000;

/** Of the clients that take too long to send, how many must have been hung up on by then. */
const MOST_OF_THEM = 0.9;

/** What a client does slowly, by slowhttptest's options, and where; what is sent slowly has a limit. */
const WAYS: readonly (readonly [string, readonly string[], string])[] = [
  ['headers', ['-H', '-i', '2'], '/api/doctors/public'],
  ['body', ['-B', '-i', '2', '-s', '8192', '-t', 'POST', '-f', 'application/json'], '/api/auth/login'],
  ['read', ['-X', '-w', '1', '-y', '8', '-n', '5', '-z', '8', '-k', '3'], '/api/docs/swagger-ui-bundle.js'],
];

/** A client that does nothing wrong, until it is told to stop. */
async function behave({ url }: Target, until: AbortSignal): Promise<{ answered: number; failed: number }> {
  const counted = { answered: 0, failed: 0 };
  while (!until.aborted) {
    try {
      const { status } = await fetch(`${url}/api/doctors/public`, {
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      counted[status === 200 ? 'answered' : 'failed'] += 1;
    } catch {
      counted.failed += 1;
    }
    await sleep(50);
  }
  return counted;
}

/** How many slow clients it had at once: with none, nothing was attacked. */
function mostConnected(printed: string): number {
  const counts = stripVTControlCharacters(printed).matchAll(/connected:\s+(\d+)/g);
  return Math.max(0, ...[...counts].map(([, count]) => Number(count)));
}

/** How many of them the server has hung up on. It ends when there are none left. */
function mostClosed(printed: string, connected: number): number {
  if (printed.includes('No open connections left')) return connected;
  const counts = stripVTControlCharacters(printed).matchAll(/(?:error|closed):\s+(\d+)/g);
  return Math.max(0, ...[...counts].map(([, count]) => Number(count)));
}

/** Answers how often the client that behaves was answered in the meantime; undefined where there is no slowhttptest. */
async function attack(target: Target, [what, options, path]: (typeof WAYS)[number]) {
  const over = new AbortController();
  const behaving = behave(target, over.signal);
  const limits = ['-c', CONNECTIONS, '-r', '200', '-l', String(SECONDS)];
  const args = [...limits, ...options, '-u', target.url + path];
  const printed = await runTool('slowhttptest', args, target, SECONDS + 15);
  over.abort();
  const { answered, failed } = await behaving;
  if (printed === undefined) return undefined;
  const connected = mostConnected(printed);
  if (connected === 0) throw new Error(`slowhttptest did not connect: ${printed.slice(-1_000)}`);
  const closed = mostClosed(printed, connected);
  const repeat = `slowhttptest ${args.map(quoted).join(' ')}`;
  const waits: Finding = { what: `of ${connected} with slow ${what} it hung up on ${closed}`, repeat };
  const finding: Finding = {
    what: `during slow ${what} another client was answered ${answered} times, and ${failed} times not`,
    repeat,
  };
  const found = [
    ...(failed > 0 || answered <= SECONDS ? [finding] : []),
    ...(what !== 'read' && closed < connected * MOST_OF_THEM ? [waits] : []),
  ];
  return { tried: answered + failed, connected, found };
}

/** Hundreds of clients that take their time, while another one must be answered. */
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
      most.push(`${outcome.connected} with slow ${way[0]}`);
      findings.push(...outcome.found);
    }
    const note = `tried: requests of a client that behaves, beside ${most.join(', ')} at once`;
    return { tried, findings, note };
  },
};
