import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { serverEnvironment } from './environment.js';
import { freePort } from './ports.js';
import { BackgroundProcess, run } from './processes.js';
import { findProgram } from './programs.js';

/** @typedef {{ path: string, name: 'MariaDB' | 'MySQL', version: string }} Installed */

// Recovery after a kill takes long on a slow disk; usually a start takes half a second.
const START_WITHIN_MS = 90_000;

export const DATABASE_SERVERS = /** @type {const} */ (['mariadbd', 'mysqld']);

/**
 * Starts a private MariaDB, or MySQL if only that is installed. The user root has no password.
 *
 * @param {object} options
 * @param {string} options.dir for its data, which is created the first time, and its log
 * @param {number} [options.port] a free one by default
 * @param {boolean} [options.throwAway] for data that need not survive a power cut; faster
 * @param {string[]} [options.args] more options for the server, such as `--default-time-zone=+05:00`
 * @param {AbortSignal} [options.signal]
 * @throws if none is installed, or it does not start
 */
export async function startDatabase({ dir, port, throwAway = false, args = [], signal }) {
  const installed = await installedServer(signal);
  const home = resolve(dir);
  const data = join(home, 'data');
  // Not shared: a server that starts deletes the temporary files of others in this folder.
  const temporary = join(home, 'tmp');
  mkdirSync(temporary, { recursive: true, mode: 0o700 });
  if (!existsSync(data)) await createData(installed, data, signal);
  port ??= await freePort();
  const server = new BackgroundProcess({
    name: `${installed.name} ${installed.version}`,
    command: installed.path,
    args: [...serverArguments(installed.name, { data, temporary, port, throwAway }), ...args],
    dir: home,
    file: 'database',
    env: serverEnvironment(),
  });
  // Only the log proves it: another server could have taken this port, and answer while this one gives up.
  const isReady = () => /ready for connections/i.test(server.tail);
  await server.waitUntilReady(isReady, { withinMs: START_WITHIN_MS, signal });
  const urlOf = (/** @type {string} */ database) => `mysql://root@127.0.0.1:${port}/${database}`;
  return Object.assign(server, { port, url: urlOf(''), urlOf });
}

/**
 * @param {AbortSignal} [signal]
 * @returns {Promise<Installed>}
 */
async function installedServer(signal) {
  const path = findProgram(...DATABASE_SERVERS) ?? DATABASE_SERVERS[0];
  const options = { what: path, env: serverEnvironment(), signal };
  const text = await run(path, ['--no-defaults', '--version'], options);
  const version = /\d+\.\d+\.\d+/.exec(text)?.[0] ?? 'of unknown version';
  return { path, version, name: text.includes('MariaDB') ? 'MariaDB' : 'MySQL' };
}

/**
 * Creates the data directory under another name and renames it when it is complete, because the creation may be
 * interrupted.
 *
 * @param {Installed} installed
 * @param {string} data
 * @param {AbortSignal} [signal]
 */
async function createData({ path, name }, data, signal) {
  const unfinished = `${data}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  const args = ['--no-defaults', `--datadir=${unfinished}`, `--user=${userInfo().username}`];
  const options = { what: `Creating the data of ${name} in ${data}`, env: serverEnvironment(), signal };
  if (name === 'MySQL') await run(path, [...args, '--initialize-insecure'], options);
  else {
    const installer = findProgram('mariadb-install-db', 'mysql_install_db') ?? 'mariadb-install-db';
    await run(installer, [...args, '--auth-root-authentication-method=normal', '--skip-test-db'], options);
  }
  renameSync(unfinished, data);
}

/**
 * @param {Installed['name']} name
 * @param {{ data: string, temporary: string, port: number, throwAway: boolean }} options
 */
function serverArguments(name, { data, temporary, port, throwAway }) {
  return [
    '--no-defaults',
    `--user=${userInfo().username}`,
    `--datadir=${data}`,
    `--tmpdir=${temporary}`,
    `--port=${port}`,
    '--bind-address=127.0.0.1',
    // Relative to the data, because the path of a socket has at most 107 characters.
    '--socket=mysqld.sock',
    '--character-set-server=utf8mb4',
    '--skip-log-bin',
    '--max-connections=400',
    '--performance-schema=OFF',
    ...(name === 'MySQL' ? ['--mysqlx=OFF', '--secure-file-priv=NULL'] : []),
    // A killed server still recovers what it had committed.
    ...(throwAway ? ['--innodb-flush-log-at-trx-commit=0', '--skip-innodb-doublewrite'] : []),
  ];
}
