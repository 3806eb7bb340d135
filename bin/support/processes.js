import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { detail, Failure, lastLines } from './say.js';
import { until } from './waiting.js';

/** @type {Set<Running>} */
const alive = new Set();

// The last resort, should we ourselves come to an unexpected end. Normally everything has been stopped by then.
process.on('exit', () => {
  for (const running of alive) running.signal('SIGTERM');
});

/**
 * Runs a program to its end and returns what it printed. While it takes its time, its latest line is shown every few
 * seconds.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{ what: string, env?: NodeJS.ProcessEnv, cwd?: string, signal?: AbortSignal, remedy?: string }} options
 *   `what` names it to the person waiting
 * @throws {Failure} with the last lines of its output, if it could not be run or ended with anything but 0
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
  const ticking = setInterval(() => {
    const seconds = Math.round((Date.now() - started) / 1000);
    detail(`… ${seconds} s  ${lastLines(output, 1).trim().slice(0, 80)}`.trimEnd());
  }, 5_000);
  try {
    const outcome = await ended(child, signal);
    signal?.throwIfAborted();
    if (outcome !== 'exit code 0')
      throw new Failure(`${what} failed: ${outcome}.`, { tail: lastLines(output), remedy });
    return output;
  } finally {
    clearInterval(ticking);
  }
}

/**
 * A long-running child process in a session of its own: Ctrl-C in the terminal reaches only the command that started it,
 * which then ends its children in order.
 */
export class Running {
  #child;

  /**
   * @param {object} program
   * @param {string} program.name as a person would call it
   * @param {string} program.command
   * @param {string[]} program.args
   * @param {string} program.cwd
   * @param {NodeJS.ProcessEnv} program.env
   * @param {string} program.log file that takes its output, emptied first
   * @param {string} program.pidFile file that notes its process id while it runs
   */
  constructor({ name, command, args, cwd, env, log, pidFile }) {
    this.name = name;
    this.log = log;
    const sink = openSync(log, 'w');
    this.#child = spawn(command, args, { cwd, env, detached: true, stdio: ['ignore', sink, sink] });
    closeSync(sink);
    this.pid = this.#child.pid ?? 0;
    if (this.pid) writeFileSync(pidFile, String(this.pid));
    alive.add(this);
    /** Resolves with how it ended, for instance `exit code 1`. @type {Promise<string>} */
    this.exited = ended(this.#child).finally(() => {
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
   * Waits until it serves; if it does not come to that, it is ended.
   *
   * @param {() => Promise<boolean>} serves
   * @param {{ withinMs: number, signal?: AbortSignal | undefined }} patience
   * @throws {Failure} if it ends meanwhile, or takes too long
   */
  async comesUp(serves, { withinMs, signal }) {
    const settled = async () => !this.isAlive || (await serves());
    let inTime = false;
    try {
      inTime = await until(settled, { withinMs, everyMs: 100, signal });
    } finally {
      if (!inTime) await this.stop();
    }
    if (inTime && this.isAlive) return;
    const why = inTime ? await this.exited : `not ready within ${withinMs / 1000} s`;
    throw new Failure(`${this.name} did not come up: ${why}.`, {
      tail: this.tail,
      remedy: `Its log: ${this.log}`,
    });
  }

  /**
   * Asks it to end, and waits; one that does not listen is killed.
   *
   * @param {number} [withinMs]
   */
  async stop(withinMs = 15_000) {
    this.signal('SIGTERM');
    const patience = new AbortController();
    const inTime = await Promise.race([
      this.exited.then(() => true),
      sleep(withinMs, false, { signal: patience.signal }),
    ]);
    patience.abort();
    if (!inTime) await this.kill();
  }

  /** Ends it at once, as a power cut would. */
  async kill() {
    this.signal('SIGKILL');
    await this.exited;
  }

  /** @param {NodeJS.Signals} name sent to it and to whatever it started itself */
  signal(name) {
    if (this.isAlive) signalGroup(this.pid, name);
  }
}

/**
 * Runs a program that talks to the person directly. It has a process group of its own, so that nothing it started itself
 * is left when it has ended, or was asked to.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{ env: NodeJS.ProcessEnv, signal: AbortSignal }} options
 * @returns {Promise<number>} its exit code; 1 where it has none
 */
export async function runInView(command, args, { env, signal }) {
  signal.throwIfAborted();
  const child = spawn(command, args, { env, detached: true, stdio: ['ignore', 'inherit', 'inherit'] });
  const end = () => signalGroup(child.pid, 'SIGTERM');
  signal.addEventListener('abort', end, { once: true });
  await ended(child, signal);
  signal.removeEventListener('abort', end);
  signalGroup(child.pid, 'SIGKILL');
  return child.exitCode ?? 1;
}

/**
 * @param {number | undefined} leader the process that the group was made for
 * @param {NodeJS.Signals} name
 */
function signalGroup(leader, name) {
  if (!leader) return;
  try {
    process.kill(-leader, name);
  } catch {
    // All of them have just ended by themselves.
  }
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @param {AbortSignal} [signal] asks it to end; should it not listen, it is killed
 * @returns {Promise<string>} how it ended, in words, once it has
 */
function ended(child, signal) {
  const insist = () => setTimeout(() => child.kill('SIGKILL'), 10_000).unref();
  signal?.addEventListener('abort', insist, { once: true });
  return new Promise((resolve) => {
    child.on('error', (error) => {
      // Being asked to end is an error too, to Node; then the process is still there for a moment.
      if (child.pid === undefined) resolve(error.message);
    });
    child.once('close', (code, by) => {
      signal?.removeEventListener('abort', insist);
      resolve(by ? `ended by ${by}` : `exit code ${code}`);
    });
  });
}
