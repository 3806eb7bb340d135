import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { chmod, mkdir } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join, sep } from 'node:path';
import { GaleraNode } from './galera-node.js';
import { findProgram, tryToInstall } from '../../../bin/support/programs.js';
import { Failure } from '../../../bin/support/output.js';
import { portsInARow } from '../ports-in-a-row.js';

/**
 * A private Galera cluster: MariaDB servers with the same data, all of which accept writes. The fault tests kill them
 * and cut them off from each other. No data is kept.
 *
 * @typedef {object} GaleraCluster
 * @property {GaleraNode[]} nodes
 * @property {(database: string, first?: number) => string} urlOf names all nodes in rotation, beginning with that one
 * @property {() => Promise<void>} stop ends all nodes, and any start in progress
 *
 * @typedef {object} Programs
 * @property {string} server
 * @property {string} installer creates a data directory
 * @property {string} provider the replication library
 */

// A node serves clients on its first port, talks with its peers on the next, and receives missing data on the other
// two.
const PORTS_EACH = 4;

/**
 * Makes sure that Galera is installed.
 *
 * @param {AbortSignal} signal
 * @throws {Failure} if it is not installed and cannot be installed
 */
export async function ensureGalera(signal) {
  const packages = ['mariadb-server', 'galera-4', 'rsync'];
  installedGalera(findGalera() ? '' : await tryToInstall('servers', packages, signal));
}

/** @param {string} [error] why it could not be installed */
function installedGalera(error) {
  const programs = findGalera();
  if (programs) return programs;
  throw new Failure('A Galera cluster needs MariaDB, its Galera library and rsync; not all are installed.', {
    tail: error,
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
 * @param {string} options.dir for data and logs; those of an earlier cluster are deleted
 * @param {number} [options.nodes] how many
 * @param {Record<string, string>} [options.tuning] more options for Galera, such as `evs.suspect_timeout: 'PT2S'`
 * @param {AbortSignal} [options.signal] also ends the wait for a node that is started again later
 * @returns {Promise<GaleraCluster>} once all nodes serve
 * @throws {Failure} if it is not installed, or does not start
 */
export async function startGalera({ dir, nodes: count = 3, tuning = {}, signal }) {
  const programs = installedGalera();
  // Never as root: an rsync that root starts writes as the user nobody, and fails.
  const user = process.getuid?.() === 0 ? 'mysql' : userInfo().username;
  const home = await reachableFolder(dir, user);
  const port = await portsInARow(count * PORTS_EACH);
  const ending = new AbortController();
  const lasting = AbortSignal.any([ending.signal, ...(signal ? [signal] : [])]);
  /** @type {import('./galera-node.js').Common} */
  const common = { programs, user, tuning, signal: lasting, nodes: [] };
  for (let index = 0; index < count; index += 1) {
    common.nodes.push(new GaleraNode(common, join(home, `node-${index + 1}`), port + index * PORTS_EACH));
  }
  const stop = async () => {
    ending.abort(new Failure('The Galera cluster was stopped.'));
    // Killed, because no data is kept and leaving the cluster cleanly takes seconds.
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
    // One after the other: each copies the data of an earlier node, which can serve only one copy at a time.
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

/**
 * Creates a folder that another user can reach: that user needs access to every folder above it.
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
    // Grants only the right to pass through, and only for temporary folders.
    if (folder === home || folder.startsWith(temporary)) await chmod(folder, (mode & 0o777) | 0o011);
    else {
      throw new Failure(`MariaDB runs as the user ${user} here, who may not pass through ${folder}.`, {
        remedy: `Choose a folder below ${tmpdir()} for the cluster.`,
      });
    }
  }
  return home;
}
