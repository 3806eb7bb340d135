import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../bin/support/ports.js';
import type { Environment } from './test-environment.js';
import { Client } from './client.js';
import { eventually } from './eventually.js';

type Variables = Environment | Readonly<Record<string, string | number | undefined>>;

const running = new Set<Program>();

// The last resort, in case the tests themselves end unexpectedly.
process.on('exit', () => {
  for (const program of running) void program.kill();
});

/** A built program in a process of its own, which a test can kill. It uses the computer's clock. */
export class Program {
  /** Its output so far. */
  output = '';
  private readonly ended: Promise<unknown>;

  private constructor(private readonly child: ChildProcess) {
    running.add(this);
    this.ended = once(child, 'exit').finally(() => running.delete(this));
    for (const stream of [child.stdout!, child.stderr!]) {
      stream.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    }
  }

  /** Starts the worker, without waiting until it is ready. */
  static worker(environment: Variables): Program {
    return Program.start('worker.js', environment);
  }

  /** Starts the API, or another program with the same routes, and waits until it answers. */
  static async api(
    environment: Variables,
    port?: number,
    file = 'main.js',
  ): Promise<{ program: Program; client: Client }> {
    port ??= await freePort();
    const program = Program.start(file, { ...environment, PORT: port });
    const client = new Client(`http://127.0.0.1:${port}`);
    await eventually('the API answers', async () => {
      if (program.hasEnded) throw new Error(`The API ended: ${program.output}`);
      return client.get('/health/live').catch(() => undefined);
    });
    return { program, client };
  }

  /** @param file the program's path in dist */
  static start(file: string, environment: Variables): Program {
    const path = fileURLToPath(new URL(`../../dist/${file}`, import.meta.url));
    const env = Object.fromEntries(
      Object.entries(environment).map(([name, value]) => [name, value === undefined ? '' : String(value)]),
    );
    // In a folder without a .env file.
    return new Program(spawn(process.execPath, [path], { cwd: tmpdir(), env, stdio: 'pipe' }));
  }

  /** The lines of its output so far. */
  get lines(): string[] {
    return this.output.split('\n').filter((line) => line !== '');
  }

  get pid(): number {
    return this.child.pid!;
  }

  /** Waits until it ends. Returns its exit code, or null if a signal ended it. */
  async exit(): Promise<number | null> {
    await this.ended;
    return this.child.exitCode;
  }

  send(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** Sends SIGTERM and returns the exit code. */
  async stop(): Promise<number | null> {
    this.child.kill('SIGTERM');
    return this.exit();
  }

  /** Ends it as a power cut would. Does nothing if it has ended. */
  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    if (!this.hasEnded) await this.ended;
  }
}
