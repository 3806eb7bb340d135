import { createHash } from 'node:crypto';
import { existsSync, realpathSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { run } from './processes.js';
import { findDatabaseServer, findProgram } from './programs.js';
import { Failure } from './say.js';

/**
 * How the installed database server is spoken to: MariaDB and MySQL differ in how a data directory is made and in a
 * few options.
 *
 * @typedef {object} DatabaseServer
 * @property {string} path
 * @property {'MariaDB' | 'MySQL'} name
 * @property {string} version
 */

/**
 * @param {AbortSignal} [signal]
 * @returns {Promise<DatabaseServer>}
 * @throws {Failure} if none is installed
 */
export async function installedDatabaseServer(signal) {
  const path = findDatabaseServer();
  if (!path) {
    throw new Failure('No database server is installed.', {
      remedy: 'Install MariaDB, on Debian with: apt-get install mariadb-server',
    });
  }
  const told = await run(path, ['--no-defaults', '--version'], {
    what: path,
    env: serverEnvironment(),
    signal,
  });
  const version = /\d+\.\d+\.\d+/.exec(told)?.[0] ?? 'of unknown version';
  return { path, version, name: told.includes('MariaDB') ? 'MariaDB' : 'MySQL' };
}

/**
 * Makes the data directory, the first time. It gets its name only when it is complete, so that an interrupted first
 * start leaves no half of one.
 *
 * @param {DatabaseServer} server
 * @param {string} data
 * @param {AbortSignal} [signal]
 */
export async function makeDataDirectory(server, data, signal) {
  if (existsSync(data)) return;
  const unfinished = `${data}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  const [command, args] = initialising(server, unfinished);
  await run(command, args, {
    what: `Making a ${server.name} data directory in ${dirname(data)}`,
    env: serverEnvironment(),
    signal,
  });
  await rename(unfinished, data);
}

/**
 * @param {DatabaseServer} server
 * @param {string} data
 * @returns {[string, string[]]}
 */
function initialising(server, data) {
  const common = ['--no-defaults', `--datadir=${data}`, `--user=${userInfo().username}`];
  if (server.name === 'MySQL') return [server.path, [...common, '--initialize-insecure']];
  const installer = findProgram('mariadb-install-db', 'mysql_install_db');
  if (!installer) {
    throw new Failure(`MariaDB is only half installed: ${server.path} is there, mariadb-install-db is not.`, {
      remedy: 'On Debian: apt-get install --reinstall mariadb-server',
    });
  }
  return [installer, [...common, '--auth-root-authentication-method=normal', '--skip-test-db']];
}

/**
 * @param {DatabaseServer} server
 * @param {{ data: string, port: number, throwAway: boolean }} place
 */
export function servingArguments(server, { data, port, throwAway }) {
  return [
    '--no-defaults',
    `--user=${userInfo().username}`,
    `--datadir=${data}`,
    `--port=${port}`,
    '--bind-address=127.0.0.1',
    `--socket=${socketPath(data)}`,
    '--character-set-server=utf8mb4',
    '--skip-log-bin',
    '--max-connections=400',
    '--performance-schema=OFF',
    ...(server.name === 'MySQL' ? ['--mysqlx=OFF', '--secure-file-priv=NULL'] : []),
    // What is thrown away need not survive a power cut; a killed server still recovers what it had committed.
    ...(throwAway ? ['--innodb-flush-log-at-trx-commit=0', '--skip-innodb-doublewrite'] : []),
  ];
}

/**
 * A socket's path may be no longer than 107 characters and a checkout may lie deep, so it lies in the temporary folder,
 * under a name of its own for every data directory.
 *
 * @param {string} data
 */
export function socketPath(data) {
  const name = createHash('sha256').update(realpathSync(data)).digest('hex').slice(0, 12);
  return join(tmpdir(), `clinica-${name}.sock`);
}

/** Servers get nothing of the caller's environment but what a program needs to run. */
export function serverEnvironment() {
  const { PATH, HOME, TMPDIR } = process.env;
  return { PATH, HOME, TMPDIR, LC_ALL: 'C' };
}
