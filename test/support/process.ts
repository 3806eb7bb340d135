import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Environment } from './test-environment.js';

/** A built program in a process of its own, as in production, with its output. */
export class Program {
  private output = '';

  private constructor(private readonly child: ChildProcess) {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    }
  }

  /** @param name of the built program, such as `main` or `worker` */
  static start(name: string, environment: Environment): Program {
    const file = fileURLToPath(new URL(`../../dist/${name}.js`, import.meta.url));
    const variables = Object.entries(environment)
      .filter(([, value]) => value !== undefined)
      .map(([variable, value]) => [variable, String(value)] as const);
    return new Program(
      spawn(process.execPath, [file], {
        env: { PATH: process.env.PATH, ...Object.fromEntries(variables) },
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
    );
  }

  /** The lines of its output so far. */
  get lines(): string[] {
    return this.output.split('\n').filter((line) => line !== '');
  }

  /** Sends SIGTERM, as an operator would, and returns the exit code. */
  async stop(): Promise<number | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const closed = once(this.child, 'close');
      this.child.kill('SIGTERM');
      await closed;
    }
    return this.child.exitCode;
  }
}
