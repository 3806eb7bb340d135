import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { chmod, mkdir, rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { basename, dirname, join, sep } from 'node:path';
import { canInstall, install } from './apt.js';
import { serverEnvironment } from './database-server.js';
import { endLeftover } from './leftovers.js';
import { Running, run } from './processes.js';
import { findProgram } from './programs.js';
import { Failure, stage } from './say.js';
import { freePort, until } from './waiting.js';

/**
 * A private Galera cluster: MariaDB servers that hold the same data and all take writes, which the fault tests kill and
 * cut off from each other. Nothing of it is kept.
 *
 * @typedef {object} GaleraCluster
 * @property {GaleraNode[]} nodes
 * @property {(database: string, first?: number) => string} urlOf names all nodes in rotation, beginning with that one
 * @property {() => Promise<void>} stop ends all nodes, and any start that is under way
 *
 * @typedef {object} Programs
 * @property {string} server
 * @property {string} installer makes a data directory
 * @property {string} provider the library that replicates
 *
 * @typedef {object} Common what all nodes share
 * @property {Programs} programs
 * @property {string} user as whom they run
 * @property {Record<string, string>} tuning
 * @property {AbortSignal} signal
 * @property {GaleraNode[]} nodes
 */

// Long, for a slow disk and a node that copies all data; usually it takes some seconds.
const READY_WITHIN_MS = 90_000;

// How long the others may take to notice that a node has died: by default Galera does so after some five seconds.
const NOTICED_WITHIN_MS = 30_000;

// A node serves on its first port, talks with its peers on the next, and gets what it lacks on the other two.
const PORTS_EACH = 4;

/**
 * Makes sure that Galera is installed.
 *
 * @param {AbortSignal} [signal]
 * @throws {Failure} if it is not, and cannot be
 */
export async function ensureGalera(signal) {
  if (!findGalera() && canInstall()) {
    const packages = ['mariadb-server', 'galera-4', 'rsync'];
    stage('servers', `installing Debian's ${packages.join(' and ')}, without starting their services`);
    await install(packages, signal);
  }
  installedGalera();
}

function installedGalera() {
  const programs = findGalera();
  if (programs) return programs;
  throw new Failure('A Galera cluster needs MariaDB, its Galera library and rsync; not all are installed.', {
    remedy: 'On Debian: apt-get install --no-install-recommends mariadb-server galera-4 rsync',
  });
}

/** @returns {Programs | undefined} */
function findGalera() {
  const server = findProgram('mariadbd');
  const installer = findProgram('mariadb-install-db');
  const copier = findProgram('rsync') && findProgram('wsrep_sst_rsync');
  const folders = existsSync('/usr/lib') ? readdirSync('/usr/lib').map((name) => join('/usr/lib', name)) : [];
  const provider = folders
    .flatMap((folder) => [join(folder, 'libgalera_smm.so'), join(folder, 'galera', 'libgalera_smm.so')])
    .find((file) => existsSync(file));
  return server && installer && copier && provider ? { server, installer, provider } : undefined;
}

/**
 * Starts a cluster with new data. The user root has no password.
 *
 * @param {object} options
 * @param {string} options.dir where data and logs live; those of an earlier cluster are removed
 * @param {number} [options.nodes] how many
 * @param {Record<string, string>} [options.tuning] more options for Galera, such as `evs.suspect_timeout: 'PT2S'`
 * @param {AbortSignal} [options.signal] also ends the wait for a node that is started again later
 * @returns {Promise<GaleraCluster>} once all nodes serve
 * @throws {Failure} if it is not installed, or does not come up
 */
export async function startGalera({ dir, nodes: count = 3, tuning = {}, signal }) {
  const programs = installedGalera();
  // Never as root: rsync that root starts writes as nobody, which fails.
  const user = process.getuid?.() === 0 ? 'mysql' : userInfo().username;
  const home = await reachableFolder(dir, user);
  const port = await portsInARow(count * PORTS_EACH);
  const ending = new AbortController();
  const lasting = AbortSignal.any([ending.signal, ...(signal ? [signal] : [])]);
  /** @type {Common} */
  const common = { programs, user, tuning, signal: lasting, nodes: [] };
  for (let index = 0; index < count; index += 1) {
    common.nodes.push(new GaleraNode(common, join(home, `node-${index + 1}`), port + index * PORTS_EACH));
  }
  const stop = async () => {
    ending.abort(new Failure('The Galera cluster was stopped.'));
    // Killed: nothing is to be kept, and taking leave of each other takes them seconds.
    await Promise.all(common.nodes.map((node) => node.kill()));
  };
  await createAll(common.nodes, stop);
  return { nodes: common.nodes, urlOf: (database, first = 0) => urlOf(common.nodes, first) + database, stop };
}

/**
 * @param {GaleraNode[]} nodes
 * @param {() => Promise<void>} stop
 */
async function createAll(nodes, stop) {
  try {
    // In turn, for each copies the data of one that has them, and that one can serve only one at a time.
    for (const node of nodes) await node.create();
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * @param {GaleraNode[]} nodes
 * @param {number} first
 */
function urlOf(nodes, first) {
  const rotation = [...nodes.slice(first), ...nodes.slice(0, first)];
  return `mysql://root@${rotation.map(({ port }) => `127.0.0.1:${port}`).join(',')}/`;
}

/** One server of the cluster, always on the same ports and data. */
export class GaleraNode {
  #common;
  #home;
  #pidFile;
  #ending = new AbortController();
  /** @type {Promise<void> | undefined} */
  #starting;
  /** @type {Running | undefined} */
  #running;

  /**
   * @param {Common} common
   * @param {string} home
   * @param {number} port
   */
  constructor(common, home, port) {
    this.#common = common;
    this.#home = home;
    this.#pidFile = join(home, 'database.pid');
    this.name = basename(home);
    this.port = port;
    this.url = `mysql://root@127.0.0.1:${port}/`;
  }

  /** The id of its process; 0 while it has none. */
  get pid() {
    return this.#running?.isAlive ? this.#running.pid : 0;
  }

  isAlive() {
    return this.pid !== 0;
  }

  /** The last lines of its log, which begins anew with each start. */
  tail() {
    return this.#running?.tail ?? '';
  }

  /** Its first start: the first node makes the data, the others get them from it. */
  async create() {
    const { programs, user, nodes } = this.#common;
    await endLeftover({ pidFile: this.#pidFile, program: basename(programs.server), dir: this.#home });
    await rm(this.#home, { recursive: true, force: true });
    const owner = userInfo().username === user ? [] : [`--owner=${user}`];
    const folders = ['', 'data', 'tmp'].map((name) => join(this.#home, name));
    await this.#run('install', ['--directory', '--mode=0700', ...owner, ...folders]);
    if (this !== nodes[0]) return this.#serve([]);
    const how = ['--auth-root-authentication-method=normal', '--skip-test-db'];
    await this.#run(programs.installer, [...this.#place(), ...how]);
    await this.#serve(['--wsrep-new-cluster']);
  }

  /**
   * Starts it again after its end.
   *
   * @throws {Failure} if it does not come to serve, as when too few of the others live, or is ended meanwhile
   */
  async start() {
    if (!this.isAlive()) this.#starting ??= this.#comeBack();
    await this.#starting;
  }

  /** Ends it as a power cut would. */
  async kill() {
    await this.#end((running) => running.kill());
  }

  /** Ends it in good order: it takes leave of the others. */
  async stop() {
    await this.#end((running) => running.stop());
  }

  /** Cuts it off from the others, not from its clients. Either side finds out only some five seconds later. */
  async isolate() {
    await ask(this.port, "SET GLOBAL wsrep_provider_options = 'gmcast.isolate=1'");
  }

  /**
   * Ends the isolation.
   *
   * @throws {Failure} if it and the others who live do not find together
   */
  async rejoin() {
    await ask(this.port, "SET GLOBAL wsrep_provider_options = 'gmcast.isolate=0'");
    await this.#ready(async () => {
      const found = await Promise.all(this.#living().map((node) => agreedStatusOf(node.port)));
      return found.every(({ serves, settled, size }) => serves && settled && size >= found.length);
    });
  }

  /** @param {(running: Running) => Promise<void>} how */
  async #end(how) {
    this.#ending.abort(new Failure(`MariaDB ${this.name} was ended meanwhile.`));
    if (this.#running) await how(this.#running);
    await this.#starting?.catch(() => undefined);
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
   * Waits until those who live have gone on without it. A node that is back before that confuses them: all come to a
   * stop for three times as long, and may meanwhile refuse every query.
   */
  async #othersNoticed() {
    const noticed = async () => {
      const living = this.#living();
      const found = await Promise.all(living.map((node) => statusOf(node.port)));
      return found.every(({ serves, settled, size }) => !serves || (settled && size <= living.length));
    };
    await until(noticed, { withinMs: NOTICED_WITHIN_MS, everyMs: 100, signal: this.#signal });
  }

  /**
   * After a crash only InnoDB knows how far the node had come. Told so, as systemd does, it asks the others just for
   * what it missed; else it copies all data, and the one it copies them from takes no writes meanwhile.
   *
   * @returns {Promise<string[]>} what to tell it
   */
  async #position() {
    const recovery = this.#run(this.#common.programs.server, [...this.#arguments(), '--wsrep-recover']);
    // It fails on data that the node was still copying when it was killed; then it copies them again.
    const told = await recovery.catch(() => '');
    const position = /Recovered position: *(\S+:-?\d+)/.exec(told)?.[1];
    return position ? [`--wsrep-start-position=${position}`] : [];
  }

  /** @param {string[]} more arguments for this start */
  async #serve(more) {
    this.#signal.throwIfAborted();
    this.#running = new Running({
      name: `MariaDB ${this.name}`,
      command: this.#common.programs.server,
      args: [...this.#arguments(), ...more],
      cwd: this.#home,
      env: this.#environment(),
      log: join(this.#home, 'database.log'),
      pidFile: this.#pidFile,
    });
    try {
      await this.#ready(async () => (await statusOf(this.port)).serves);
    } catch (error) {
      await this.#running.kill();
      throw error;
    }
  }

  #living() {
    return this.#common.nodes.filter((node) => node.isAlive());
  }

  /** @param {() => Promise<boolean>} serving */
  async #ready(serving) {
    const running = this.#running;
    const patience = { withinMs: READY_WITHIN_MS, everyMs: 100, signal: this.#signal };
    const settled = await until(async () => !running?.isAlive || (await serving()), patience);
    if (settled && running?.isAlive) return;
    const why = running?.isAlive ? `not ready within ${READY_WITHIN_MS / 1000} s` : await running?.exited;
    throw new Failure(`MariaDB ${this.name} did not come to serve in its cluster: ${why}.`, {
      tail: this.tail(),
      remedy: `Its log: ${running?.log}`,
    });
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

  /** The caller's own temporary folder may be closed to the user as whom the node runs. */
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
      // Relative to the data, because a socket's path may have no more than 107 characters.
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
    const told = Object.entries(options).map((option) => option.join('='));
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
      `--wsrep-provider-options=${told.join(';')}`,
    ];
  }
}

/**
 * A node's state after it has heard from all the others: its word alone is no proof, for it counts one that was killed
 * or cut off until it notices.
 *
 * @param {number} port
 */
const agreedStatusOf = (port) => statusOf(port, 'SET STATEMENT wsrep_sync_wait = 31 FOR ');

/**
 * @param {number} port
 * @param {string} [manner]
 */
async function statusOf(port, manner = '') {
  const names = "('wsrep_ready', 'wsrep_cluster_size', 'wsrep_evs_state')";
  const sql = `${manner}SHOW GLOBAL STATUS WHERE Variable_name IN ${names}`;
  // Outside the try: a missing package is no server that is still starting.
  await driver();
  try {
    const rows = /** @type {{ Variable_name: string, Value: string }[]} */ (await ask(port, sql));
    const status = Object.fromEntries(rows.map((row) => [row.Variable_name, row.Value]));
    const settled = status.wsrep_evs_state === 'OPERATIONAL';
    return { serves: status.wsrep_ready === 'ON', settled, size: Number(status.wsrep_cluster_size) };
  } catch {
    // It is still starting, or has just been killed or cut off.
    return { serves: false, settled: false, size: 0 };
  }
}

/**
 * @param {number} port
 * @param {string} sql
 * @returns {Promise<unknown>}
 */
async function ask(port, sql) {
  const { createConnection } = await driver();
  const connection = await createConnection({ host: '127.0.0.1', port, user: 'root', connectTimeout: 2_000 });
  connection.on('error', () => undefined);
  try {
    const [answer] = await connection.query({ sql, timeout: 10_000 });
    return answer;
  } finally {
    connection.destroy();
  }
}

/** Imported only when it is used, so that bin/support loads before the packages are installed. */
const driver = () => import('mysql2/promise');

/**
 * Free ports next to each other, below those that outgoing connections get: else one of these could have a dead server's
 * port by the time it is started again.
 *
 * @param {number} count
 * @returns {Promise<number>} the first
 */
export async function portsInARow(count) {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const first = 12_000 + Math.floor(Math.random() * 20_000);
    let free = 0;
    while (free < count && (await freePort(first + free)) === first + free) free += 1;
    if (free === count) return first;
  }
  throw new Failure(`There are no ${count} free ports in a row on 127.0.0.1.`);
}

/**
 * Makes a folder where another user can come: that user must be able to pass through every folder above.
 *
 * @param {string} dir
 * @param {string} user
 */
async function reachableFolder(dir, user) {
  await mkdir(dir, { recursive: true, mode: 0o711 });
  const home = realpathSync(dir);
  const temporary = realpathSync(tmpdir()) + sep;
  if (user === userInfo().username) return home;
  for (let folder = home; folder !== dirname(folder); folder = dirname(folder)) {
    const { mode } = statSync(folder);
    if (mode & 0o001) continue;
    // Opened only for passing through, and only what is temporary anyhow.
    if (folder === home || folder.startsWith(temporary)) await chmod(folder, (mode & 0o777) | 0o011);
    else {
      throw new Failure(`MariaDB runs as the user ${user} here, who may not pass through ${folder}.`, {
        remedy: `Choose a folder below ${tmpdir()} for the cluster.`,
      });
    }
  }
  return home;
}
