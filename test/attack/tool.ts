import { spawn, type StdioOptions } from 'node:child_process';
import { printStep } from '../../bin/support/output.js';
import { findProgram, tryToInstall } from '../../bin/support/programs.js';
import type { Target } from './target.js';

/** The programs, and Debian packages of the same name, that attacks need. */
const TOOLS = { sqlmap: 'sqlmap', wapiti: 'wapiti', ffuf: 'ffuf', slow: 'slowhttptest' };

/** Installs the tools of these attacks, or of all. A tool that cannot be installed costs only its own attack. */
export async function installTools(attacks: readonly string[], signal: AbortSignal): Promise<void> {
  for (const [attack, tool] of Object.entries(TOOLS)) {
    if (findProgram(tool) || (attacks.length > 0 && !attacks.includes(attack))) continue;
    const error = await tryToInstall('tools', [tool], signal);
    if (error) printStep('tools', `${tool} cannot be installed: ${error}`);
  }
}

/**
 * The environment of a tool: its own home for what it stores between runs, and a dead proxy, because it must contact
 * nothing but the target, not even to look for updates.
 */
function environmentOf(dir: string): Record<string, string> {
  const deadProxy = 'http://127.0.0.1:9';
  const home = { HOME: dir, TERM: 'dumb', LANG: 'C.UTF-8', PATH: process.env.PATH ?? '/usr/bin:/bin' };
  return { ...home, http_proxy: deadProxy, https_proxy: deadProxy, no_proxy: '127.0.0.1' };
}

/** Runs a tool and kills it after a time limit. Resolves to its output, or to undefined if it is not installed. */
export async function runTool(
  name: string,
  args: readonly string[],
  { settings: { dir, signal } }: Target,
  maxSeconds: number,
): Promise<string | undefined> {
  const program = findProgram(name);
  if (!program) return undefined;
  return new Promise((resolve, reject) => {
    const stdio: StdioOptions = ['ignore', 'pipe', 'pipe'];
    const child = spawn(program, args, { cwd: dir, env: environmentOf(dir), stdio, signal });
    const limit = setTimeout(() => child.kill('SIGKILL'), maxSeconds * 1000);
    let printed = '';
    for (const stream of [child.stdout!, child.stderr!]) {
      stream.setEncoding('utf8').on('data', (text: string) => (printed += text));
    }
    child.on('error', reject);
    child.on('close', () => {
      clearTimeout(limit);
      resolve(printed);
    });
  });
}

export const notInstalled = (name: string) => ({
  tried: 0,
  findings: [],
  notRun: `there is no ${name} on this machine, and it could not be installed`,
});
