import { stripVTControlCharacters } from 'node:util';
import type { Attack, Finding } from './attack.js';
import { WellBehavedClient } from './well-behaved-client.js';
import { quoted } from './shell.js';
import type { Target } from './target.js';
import { notInstalled, runTool } from './tool.js';

/** Requests must arrive within 10 s, checked every 2 s. The rest is for connecting and for slow machines. */
const DISCONNECT_WITHIN_SECONDS = 16;
const CONNECTIONS = '400';

interface SlowAttack {
  /** What the clients do slowly. */
  readonly what: string;
  /** The options of slowhttptest. */
  readonly options: readonly string[];
  readonly path: string;
  /** Whether the service must disconnect such clients: requests must arrive in time, but answers may be read slowly. */
  readonly mustDisconnect: boolean;
}

const SLOW_ATTACKS: readonly SlowAttack[] = [
  { what: 'headers', options: ['-H', '-i', '2'], path: '/api/doctors/public', mustDisconnect: true },
  {
    what: 'body',
    options: ['-B', '-i', '2', '-s', '8192', '-t', 'POST', '-f', 'application/json'],
    path: '/api/auth/login',
    mustDisconnect: true,
  },
  {
    what: 'read',
    options: ['-X', '-w', '1', '-y', '8', '-n', '5', '-z', '8', '-k', '3'],
    path: '/api/docs/swagger-ui-bundle.js',
    mustDisconnect: false,
  },
];

/** The highest and the last number of connected slow clients that slowhttptest printed. */
function connectedIn(printed: string): { most: number; last: number } {
  const matches = [...stripVTControlCharacters(printed).matchAll(/connected:\s+(\d+)/g)];
  const counts = matches.map(([, count]) => Number(count));
  // It exits early if no connections are left, and prints so in words.
  const last = printed.includes('No open connections left') ? 0 : (counts.at(-1) ?? 0);
  return { most: Math.max(0, ...counts), last };
}

/** Attacks while a well-behaved client sends requests; undefined if slowhttptest is not installed. */
async function attack(target: Target, { what, options, path, mustDisconnect }: SlowAttack) {
  const goodClient = new WellBehavedClient(target);
  const limits = ['-c', CONNECTIONS, '-r', CONNECTIONS, '-l', String(DISCONNECT_WITHIN_SECONDS)];
  const args = [...limits, ...options, '-u', target.url + path];
  const printed = await runTool('slowhttptest', args, target, DISCONNECT_WITHIN_SECONDS + 15);
  const { answered, failed } = await goodClient.stop();
  if (printed === undefined) return undefined;
  const { most, last } = connectedIn(printed);
  if (most === 0) throw new Error(`slowhttptest did not connect: ${printed.slice(-1_000)}`);
  const found: string[] = [];
  if (failed > 0 || answered <= DISCONNECT_WITHIN_SECONDS)
    found.push(`during slow ${what} another client was answered ${answered} times, and ${failed} times not`);
  if (mustDisconnect && last > 0)
    found.push(
      `${last} of ${most} connections with slow ${what} were open after ${DISCONNECT_WITHIN_SECONDS} s`,
    );
  const reproduce = `slowhttptest ${args.map(quoted).join(' ')}`;
  return { tried: answered + failed, most, findings: found.map((text) => ({ what: text, reproduce })) };
}

/** Hundreds of slow clients, which the service must disconnect, while another client must still be answered. */
export const slow: Attack = {
  name: 'slowhttptest',
  about: `${CONNECTIONS} clients that send headers or bodies, or read, slowly`,
  async run(target) {
    const findings: Finding[] = [];
    const most: string[] = [];
    let tried = 0;
    for (const slowAttack of SLOW_ATTACKS) {
      const outcome = await attack(target, slowAttack);
      if (!outcome) return notInstalled('slowhttptest');
      tried += outcome.tried;
      most.push(`${outcome.most} with slow ${slowAttack.what}`);
      findings.push(...outcome.findings);
    }
    const note = `tried: requests of a client that behaves, beside ${most.join(', ')} at once`;
    return { tried, findings, note };
  },
};
