import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure, lastLines, printStep } from './output.js';
import { waitUntil } from './waiting.js';

/** @type {Set<BackgroundProcess>} */
const alive = new Set();

// The last resort if this process ends unexpectedly. Normally, everything has been stopped by then.
process.on('exit', () => {
  for (const background of alive) background.signal('SIGTERM');
});

/**
 * Runs a program and returns its output. While it runs, prints its latest line every few seconds.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{ what: string, env?: NodeJS.ProcessEnv, cwd?: string, signal?: AbortSignal, remedy?: string }} options
 *   `what` names it in messages
 * @throws {Failure} with the last lines of its output, if it cannot be run or does not exit with 0
 */
export async function run(command, args, { what, env, cwd, signal, remedy }) {
  const child = spawn(command, args, { env, cwd, signal, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
      output = (output + text).slice(-50_000);
    });
  }
  const started = Date.now();
  const progress = setInterval(() => {
    const seconds = Math.round((Date.now() - started) / 1000);
    printStep('', `… ${seconds} s  ${lastLines(output, 1).trim().slice(0, 80)}`.trimEnd());
  }, 5_000);
  const outcome = await exited(child, signal).finally(() => clearInterval(progress));
  signal?.throwIfAborted();
  if (outcome === 'exit code 0') return output;
  throw new Failure(`${what} failed: ${outcome}.`, { tail: lastLines(output), remedy });
}

/**
 * @param {Parameters<typeof run>} command
 * @returns {Promise<string>} why it failed; empty if it did not
 */
export async function failureOf(...command) {
  try {
    await run(...command);
    return '';
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return `${error.message}\n${error.tail}`;
  }
}

/**
 * Runs a program in this terminal, in its own process group, so that everything it started ends with it.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{ env: NodeJS.ProcessEnv, signal: AbortSignal }} options
 * @returns {Promise<number>} its exit code; 1 if a signal ended it
 */
export async function runInForeground(command, args, { env, signal }) {
  signal.throwIfAborted();
  const child = spawn(command, args, { env, detached: true, stdio: ['ignore', 'inherit', 'inherit'] });
  signal.addEventListener('abort', () => signalGroup(child.pid, 'SIGTERM'), { once: true });
  await exited(child, signal);
  signalGroup(child.pid, 'SIGKILL');
  return child.exitCode ?? 1;
}

/**
 * A program in a session of its own: Ctrl-C reaches only the command that started it, which then stops its processes in
 * order. In its folder are its log, `<file>.log`, and while it runs its process id, `<file>.pid`.
 */
export class BackgroundProcess {
  #child;

  /**
   * @param {object} program
   * @param {string} program.name in messages
   * @param {string} program.command
   * @param {string[]} program.args
   * @param {string} program.dir its working directory
   * @param {string} program.file
   * @param {NodeJS.ProcessEnv} program.env
   */
  constructor({ name, command, args, dir, file, env }) {
    this.name = name;
    this.log = join(dir, `${file}.log`);
    const log = openSync(this.log, 'w');
    this.#child = spawn(command, args, { cwd: dir, env, detached: true, stdio: ['ignore', log, log] });
    closeSync(log);
    this.pid = this.#child.pid ?? 0;
    const pidFile = join(dir, `${file}.pid`);
    if (this.pid) writeFileSync(pidFile, String(this.pid));
    alive.add(this);
    /** Resolves with how it ended, such as `exit code 1`. */
    this.exited = exited(this.#child).finally(() => {
      alive.delete(this);
      rmSync(pidFile, { force: true });
    });
  }

  get isAlive() {
    return alive.has(this);
  }

  /** The last lines of its log. */
  get tail() {
    return lastLines(readFileSync(this.log, 'utf8'));
  }

  /**
   * Waits until the program is ready, and stops it if that fails.
   *
   * @param {() => boolean | Promise<boolean>} isReady
   * @param {{ withinMs: number, signal?: AbortSignal | undefined }} limits
   * @throws {Failure} if it ends, or takes too long
   */
  async waitUntilReady(isReady, { withinMs, signal }) {
    let inTime = false;
    try {
      inTime = await waitUntil(async () => !this.isAlive || (await isReady()), { withinMs, signal });
    } finally {
      if (!inTime) await this.stop();
    }
    if (inTime && this.isAlive) return;
    const why = inTime ? await this.exited : `not ready within ${withinMs / 1000} s`;
    throw new Failure(`${this.name} did not start: ${why}.`, { tail: this.tail, remedy: `Log: ${this.log}` });
  }

  /** Terminates it, and kills it if it is still running after that time. */
  async stop(withinMs = 15_000) {
    this.signal('SIGTERM');
    const timer = setTimeout(() => this.signal('SIGKILL'), withinMs);
    await this.exited;
    clearTimeout(timer);
  }

  /** Ends it as a power cut would. */
  async kill() {
    this.signal('SIGKILL');
    await this.exited;
  }

  /** @param {NodeJS.Signals} name sent to the program and to everything it started */
  signal(name) {
    if (this.isAlive) signalGroup(this.pid, name);
  }
}

/**
 * @param {number | undefined} leader the group's first process
 * @param {NodeJS.Signals} name
 */
function signalGroup(leader, name) {
  if (!leader) return;
  try {
    process.kill(-leader, name);
  } catch {
    // All of them have ended meanwhile.
  }
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @param {AbortSignal} [signal] terminates the child; if the child ignores SIGTERM, it is killed
 * @returns {Promise<string>} how it ended
 */
function exited(child, signal) {
  const kill = () => setTimeout(() => child.kill('SIGKILL'), 10_000).unref();
  signal?.addEventListener('abort', kill, { once: true });
  return new Promise((resolve) => {
    child.on('error', (error) => {
      // An abort is reported as an error too, while the process is still running.
      if (child.pid === undefined) resolve(error.message);
    });
    child.once('close', (code, endedBy) => {
      signal?.removeEventListener('abort', kill);
      resolve(endedBy ? `ended by ${endedBy}` : `exit code ${code}`);
    });
  });
}
