import { spawn } from 'node:child_process';
import { findProgram } from '../../bin/support/programs.js';
import type { Target } from './target.js';

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
    // HOME is where these tools keep what they remember from one run to the next.
    const env = { ...process.env, HOME: dir, TERM: 'dumb' };
    const child = spawn(program, args, { cwd: dir, env, stdio: ['ignore', 'pipe', 'pipe'], signal });
    const limit = setTimeout(() => child.kill('SIGKILL'), atMostSeconds * 1000);
    let printed = '';
    for (const stream of [child.stdout, child.stderr]) {
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
