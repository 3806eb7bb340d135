import { rm } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { basename, join } from 'node:path';
import { serverEnvironment } from '../../../bin/support/environment.js';
import { agreedStatusOf, ask, statusOf } from './galera-status.js';
import { Member } from './member.js';
import { BackgroundProcess, run } from '../../../bin/support/processes.js';
import { Failure } from '../../../bin/support/output.js';
import { waitUntil } from '../../../bin/support/waiting.js';

/**
 * @typedef {object} Common what all nodes share
 * @property {import('./galera.js').Programs} programs
 * @property {string} user the system user that runs them
 * @property {Record<string, string>} tuning
 * @property {AbortSignal} signal
 * @property {GaleraNode[]} nodes
 */

// Enough for a slow disk and a node that copies all data; usually a start takes some seconds.
const READY_WITHIN_MS = 90_000;

// How long the other nodes may take to notice that a node has died: Galera's default is about five seconds.
const NOTICED_WITHIN_MS = 30_000;

// How long it may take to find the last position of a killed node: usually less than a second.
const RECOVERED_WITHIN_MS = 30_000;

/** One server of the cluster, always on the same ports and data. */
export class GaleraNode extends Member {
  #common;
  #home;
  #ending = new AbortController();
  /** @type {Promise<void> | undefined} */
  #starting;

  /**
   * @param {Common} common
   * @param {string} home
   * @param {number} port
   */
  constructor(common, home, port) {
    super({ name: basename(home), url: `mysql://root@127.0.0.1:${port}/`, port });
    this.#common = common;
    this.#home = home;
  }

  /** Starts it for the first time: the first node creates the data, the others copy it. */
  async create() {
    const { programs, user, nodes } = this.#common;
    await rm(this.#home, { recursive: true, force: true });
    const owner = userInfo().username === user ? [] : [`--owner=${user}`];
    const folders = ['', 'data', 'tmp'].map((name) => join(this.#home, name));
    await this.#run('install', ['--directory', '--mode=0700', ...owner, ...folders]);
    if (this !== nodes[0]) return this.#serve([]);
    const options = ['--auth-root-authentication-method=normal', '--skip-test-db'];
    await this.#run(programs.installer, [...this.#place(), ...options]);
    await this.#serve(['--wsrep-new-cluster']);
  }

  /**
   * Starts it again after its end.
   *
   * @throws {Failure} if it does not get ready, for example because too few other nodes are alive, or is stopped meanwhile
   */
  async start() {
    if (!this.isAlive()) this.#starting ??= this.#comeBack();
    await this.#starting;
  }

  /**
   * Ends it as a power cut would.
   *
   * @override
   */
  async kill() {
    this.#interrupt();
    await super.kill();
    await this.#starting?.catch(() => undefined);
  }

  /**
   * Shuts it down cleanly: it leaves the cluster first.
   *
   * @override
   */
  async stop() {
    this.#interrupt();
    await super.stop();
    await this.#starting?.catch(() => undefined);
  }

  /** Cuts it off from the other nodes, not from its clients. Both sides notice only some five seconds later. */
  async isolate() {
    await ask(this.port, "SET GLOBAL wsrep_provider_options = 'gmcast.isolate=1'");
  }

  /**
   * Ends the isolation.
   *
   * @throws {Failure} if the living nodes do not form one cluster again
   */
  async rejoin() {
    await ask(this.port, "SET GLOBAL wsrep_provider_options = 'gmcast.isolate=0'");
    const together = async () => {
      const found = await Promise.all(this.#living().map((node) => agreedStatusOf(node.port)));
      return found.every(({ serves, settled, size }) => serves && settled && size >= found.length);
    };
    if (await waitUntil(together, { withinMs: READY_WITHIN_MS, signal: this.#signal })) return;
    throw new Failure(`MariaDB ${this.name} did not find the others again.`, { tail: this.tail() });
  }

  #interrupt() {
    this.#ending.abort(new Failure(`MariaDB ${this.name} was ended meanwhile.`));
  }

  async #comeBack() {
    this.#ending = new AbortController();
    try {
      await this.#othersNoticed();
      await this.#serve(await this.#position());
    } finally {
      this.#starting = undefined;
    }
  }

  /**
   * Waits until the living nodes have continued without it. If a node returns earlier, all of them stop for three times
   * as long, and may refuse every query meanwhile.
   */
  async #othersNoticed() {
    const noticed = async () => {
      const living = this.#living();
      const found = await Promise.all(living.map((node) => statusOf(node.port)));
      return found.every(({ serves, settled, size }) => !serves || (settled && size <= living.length));
    };
    await waitUntil(noticed, { withinMs: NOTICED_WITHIN_MS, signal: this.#signal });
  }

  /**
   * After a crash, only InnoDB knows the node's last position. With that position as an argument, as systemd passes it,
   * the node requests only the changes that it missed. Otherwise it copies all data, and the donor takes no writes
   * meanwhile.
   *
   * @returns {Promise<string[]>} arguments for its start
   */
  async #position() {
    const recovery = new BackgroundProcess(this.#program('recovery', ['--wsrep-recover']));
    const position = () => /Recovered position: *(\S+:-?\d+)/.exec(recovery.tail)?.[1];
    try {
      // Does not wait for the exit: after printing the position, the server occasionally hangs.
      const isPrinted = () => !recovery.isAlive || position() !== undefined;
      await waitUntil(isPrinted, { withinMs: RECOVERED_WITHIN_MS, signal: this.#signal });
    } finally {
      await recovery.kill();
    }
    // There is no position if the node was killed while it was copying data; it then copies the data again.
    const found = position();
    return found ? [`--wsrep-start-position=${found}`] : [];
  }

  /** @param {string[]} more arguments for this start */
  async #serve(more) {
    this.#signal.throwIfAborted();
    const running = this.launched(() => this.#program('database', more));
    const serves = async () => (await statusOf(this.port)).serves;
    await running.waitUntilReady(serves, { withinMs: READY_WITHIN_MS, signal: this.#signal });
  }

  #living() {
    return this.#common.nodes.filter((node) => node.isAlive());
  }

  /**
   * @param {string} file
   * @param {string[]} more arguments for this time
   */
  #program(file, more) {
    return {
      name: `MariaDB ${this.name}`,
      command: this.#common.programs.server,
      args: [...this.#arguments(), ...more],
      dir: this.#home,
      file,
      env: this.#environment(),
    };
  }

  /**
   * @param {string} program
   * @param {string[]} args
   */
  #run(program, args) {
    const what = `${basename(program)} for MariaDB ${this.name}`;
    return run(program, args, { what, cwd: '/', env: this.#environment(), signal: this.#signal });
  }

  get #signal() {
    return AbortSignal.any([this.#common.signal, this.#ending.signal]);
  }

  /** The user who runs the node may have no access to the caller's temporary folder. */
  #environment() {
    return { ...serverEnvironment(), HOME: this.#home, TMPDIR: join(this.#home, 'tmp') };
  }

  #place() {
    return ['--no-defaults', `--user=${this.#common.user}`, `--datadir=${join(this.#home, 'data')}`];
  }

  #arguments() {
    return [
      ...this.#place(),
      `--tmpdir=${join(this.#home, 'tmp')}`,
      // Relative to the data, because the path of a socket has at most 107 characters.
      '--socket=mysqld.sock',
      `--port=${this.port}`,
      '--bind-address=127.0.0.1',
      '--character-set-server=utf8mb4',
      '--max-connections=400',
      '--performance-schema=OFF',
      ...this.#replication(),
    ];
  }

  #replication() {
    const { programs, nodes, tuning } = this.#common;
    const [group, part, whole] = [1, 2, 3].map((next) => `127.0.0.1:${this.port + next}`);
    const places = { 'gmcast.listen_addr': `tcp://${group}`, 'ist.recv_addr': part };
    const options = { base_port: this.port + 1, ...places, 'gcache.size': '32M', ...tuning };
    const settings = Object.entries(options).map((option) => option.join('='));
    return [
      '--binlog-format=ROW',
      '--innodb-autoinc-lock-mode=2',
      '--innodb-flush-log-at-trx-commit=1',
      '--wsrep-on=ON',
      `--wsrep-provider=${programs.provider}`,
      '--wsrep-cluster-name=clinica',
      `--wsrep-cluster-address=gcomm://${nodes.map(({ port }) => `127.0.0.1:${port + 1}`).join(',')}`,
      `--wsrep-node-name=${this.name}`,
      '--wsrep-node-address=127.0.0.1',
      '--wsrep-sst-method=rsync',
      `--wsrep-sst-receive-address=${whole}`,
      `--wsrep-provider-options=${settings.join(';')}`,
    ];
  }
}
