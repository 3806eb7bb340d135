import { spawn, type StdioOptions } from 'node:child_process';
import { printStep } from '../../bin/support/output.js';
import { findProgram, tryToInstall } from '../../bin/support/programs.js';
import type { Target } from './target.js';

/** The Debian packages, and programs, of the attacks that need one. */
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
 * What a tool is told of its surroundings: a home of its own, where it keeps what it remembers from one run to the next;
 * and a way out that leads nowhere, since nothing but the target is to be asked, not even for news of the tool itself.
 */
function surroundings(dir: string): Record<string, string> {
  const nowhere = 'http://127.0.0.1:9';
  const home = { HOME: dir, TERM: 'dumb', LANG: 'C.UTF-8', PATH: process.env.PATH ?? '/usr/bin:/bin' };
  return { ...home, http_proxy: nowhere, https_proxy: nowhere, no_proxy: '127.0.0.1' };
}

/** Runs a tool of Debian's to its end, or for so long; answers with all that it printed. Undefined where there is none. */
export async function runTool(
  name: string,
  args: readonly string[],
  { settings: { dir, signal } }: Target,
  atMostSeconds: number,
): Promise<string | undefined> {
  const program = findProgram(name);
  if (!program) return undefined;
  return new Promise((resolve, reject) => {
    const stdio: StdioOptions = ['ignore', 'pipe', 'pipe'];
    const child = spawn(program, args, { cwd: dir, env: surroundings(dir), stdio, signal });
    const limit = setTimeout(() => child.kill('SIGKILL'), atMostSeconds * 1000);
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

export const notThere = (name: string) => ({
  tried: 0,
  findings: [],
  notRun: `there is no ${name} on this machine, and it could not be installed`,
});
