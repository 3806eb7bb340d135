import { mkdir, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { basename, join } from 'node:path';
import { serverEnvironment } from '../../../bin/support/environment.js';
import { Member } from './member.js';
import { findProgram } from '../../../bin/support/programs.js';

// Usually it takes some tenths of a second.
const START_WITHIN_MS = 30_000;

/** One Redis or sentinel, always on the same port, with the settings file that it rewrites itself. */
export class RedisProcess extends Member {
  #home;
  #settings;
  #isSentinel;
  #signal;

  /** @param {{ home: string, port: number, settings: string[], isSentinel: boolean, signal: AbortSignal }} place */
  constructor({ home, port, settings, isSentinel, signal }) {
    super({ name: basename(home), url: `redis://127.0.0.1:${port}`, port });
    this.#home = home;
    this.#settings = settings;
    this.#isSentinel = isSentinel;
    this.#signal = signal;
    this.log = join(home, 'redis.log');
  }

  /** Starts it for the first time, with its initial settings. */
  async create() {
    await rm(this.#home, { recursive: true, force: true });
    await mkdir(this.#home, { recursive: true, mode: 0o700 });
    const place = [`port ${this.port}`, 'bind 127.0.0.1', `dir ${JSON.stringify(this.#home)}`];
    const lines = [...place, ...this.#settings].map((line) => `${line}\n`);
    await writeFile(join(this.#home, 'redis.conf'), lines.join(''));
    await this.start();
  }

  /**
   * Starts it again. A server returns empty and in its last role, and the sentinels correct the role some ten seconds
   * later. But a master that returns before they notice its absence stays the master, and its replicas become empty
   * too.
   *
   * @throws {Failure} if it does not start
   */
  async start() {
    this.#signal.throwIfAborted();
    const running = this.launched(() => this.#program());
    await running.waitUntilReady(() => this.says('PING', /PONG/), {
      withinMs: START_WITHIN_MS,
      signal: this.#signal,
    });
  }

  #program() {
    return {
      name: `Redis, ${this.name}`,
      command: findProgram('redis-server') ?? 'redis-server',
      args: [join(this.#home, 'redis.conf'), ...(this.#isSentinel ? ['--sentinel'] : [])],
      dir: this.#home,
      file: 'redis',
      env: serverEnvironment(),
    };
  }

  /**
   * @param {string} command
   * @param {RegExp} expected
   */
  async says(command, expected) {
    return expected.test(await exchange(this.port, command));
  }
}

/**
 * Sends one command and returns its reply as the protocol encodes it. Ending this half of the connection makes the
 * server end the other half after the reply, which shows that the reply is complete.
 *
 * @param {number} port
 * @param {string} command
 * @returns {Promise<string>} empty if there is no reply
 */
export function exchange(port, command) {
  return new Promise((done) => {
    let reply = '';
    const socket = connect({ host: '127.0.0.1', port, timeout: 2_000 });
    socket.setEncoding('utf8').on('data', (/** @type {string} */ text) => (reply += text));
    socket.once('connect', () => socket.end(`${command}\r\n`));
    socket.once('timeout', () => socket.destroy());
    socket.once('error', () => undefined);
    socket.once('close', () => done(reply));
  });
}
