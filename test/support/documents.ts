import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '../..');

/** The paths of README.md and the pages of docs. */
export function documents(): string[] {
  const pages = readdirSync(join(ROOT, 'docs')).filter((name) => name.endsWith('.md'));
  return ['README.md', ...pages.map((name) => `docs/${name}`)];
}

/** The `sh` blocks of a document, below one heading or anywhere. */
export function shellBlocks(document: string, heading?: string): string[] {
  const text = readFileSync(join(ROOT, document), 'utf8');
  const parts = text.split(/^(?=##+ )/m);
  const part =
    heading === undefined ? text : parts.find((each) => each.split('\n')[0]!.endsWith(` ${heading}`));
  if (part === undefined) throw new Error(`${document} has no heading "${heading}".`);
  return [...part.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block]) => block!);
}

/** The commands of a block, one per line, without comments. */
export function commandsOf(block: string): string[] {
  const lines = block.replaceAll(/\\\n/g, ' ').split('\n');
  return lines.map((line) => line.replace(/(^|\s)#.*$/, '').trim()).filter((line) => line !== '');
}

/** A shell that runs a document's commands, and ends at the first one that fails. */
export class Shell {
  output = '';
  private readonly child;
  private readonly closed: Promise<unknown>;

  constructor(script: string, { cwd, env }: { cwd: string; env: NodeJS.ProcessEnv }) {
    this.child = spawn('bash', ['--norc', '-euo', 'pipefail', '-c', script], { cwd, env, stdio: 'pipe' });
    this.closed = once(this.child, 'close');
    for (const stream of [this.child.stdout, this.child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => (this.output += text));
  }

  /** Enters a line that the script reads. */
  type(line: string): void {
    this.child.stdin.write(`${line}\n`);
  }

  /** Waits until the shell ends, and returns its output. @throws if a command failed */
  async end(): Promise<string> {
    this.child.stdin.end();
    await this.closed;
    if (this.child.exitCode !== 0) throw new Error(`Exit code ${this.child.exitCode}: ${this.output}`);
    return this.output;
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }
}
