import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

// Debian keeps servers in sbin, which is not on everybody's PATH.
const USUAL_PLACES = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/**
 * @param {...string} names the program's names, the best first
 * @returns {string | undefined} the path of the first that is installed
 */
export function findProgram(...names) {
  const folders = [...(process.env.PATH ?? '').split(delimiter).filter(Boolean), ...USUAL_PLACES];
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isProgram);
}

/** @param {string} path */
function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** @returns the database server that is installed, MariaDB before MySQL */
export function findDatabaseServer() {
  return findProgram('mariadbd', 'mysqld');
}

export function findRedisServer() {
  return findProgram('redis-server');
}
