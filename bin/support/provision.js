import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { canInstall, install } from './apt.js';
import { composeIsThere } from './compose.js';
import { ROOT } from './environment.js';
import { run } from './processes.js';
import { findDatabaseServer, findProgram, findRedisServer } from './programs.js';
import { Failure, stage } from './say.js';

/**
 * Brings the npm packages up to the lock file, if they are not.
 *
 * @param {AbortSignal} [signal]
 */
export async function ensurePackages(signal) {
  if (packagesAreCurrent()) return stage('packages', 'up to date');
  stage('packages', 'installing with npm ci; the first time this takes a minute or two');
  // Under npm, its own program is named in the environment and needs no PATH.
  const npm = process.env.npm_execpath?.endsWith('.js') ? process.env.npm_execpath : undefined;
  const [command, first] = npm ? [process.execPath, [npm]] : [findProgram('npm') ?? 'npm', []];
  // Packages that would rather have a newer Node say so in pages of warnings; only errors are worth reading here.
  await run(command, [...first, 'ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'], {
    what: 'npm ci',
    cwd: ROOT,
    signal,
    remedy: 'Check that this machine reaches its npm registry, then start again.',
  });
  stage('packages', 'installed');
}

/** npm writes node_modules/.package-lock.json last, so that an interrupted installation has none. */
function packagesAreCurrent() {
  const installed = join(ROOT, 'node_modules/.package-lock.json');
  return (
    existsSync(installed) && statSync(installed).mtimeMs >= statSync(join(ROOT, 'package-lock.json')).mtimeMs
  );
}

/**
 * Makes sure that there is a way to a database and a Redis of our own.
 *
 * @param {{ database: boolean, redis: boolean, signal?: AbortSignal }} needs which of the two are wanted
 * @returns {Promise<'programs' | 'compose'>} whether they are installed programs or come as containers
 * @throws {Failure} saying in one screen what to install
 */
export async function ensureServers({ database, redis, signal }) {
  const missing = () => [
    ...(database && !findDatabaseServer() ? ['mariadb-server'] : []),
    ...(redis && !findRedisServer() ? ['redis-server'] : []),
  ];
  const packages = missing();
  if (packages.length === 0) return 'programs';
  const trouble = canInstall() ? await installServers(packages, signal) : '';
  if (missing().length === 0) return 'programs';
  if (await composeIsThere(signal)) return 'compose';
  throw new Failure(
    `Clinica needs a database and Redis, and this machine lacks: ${missing().join(' and ')}.`,
    {
      tail: trouble,
      remedy: WHAT_TO_INSTALL,
    },
  );
}

const WHAT_TO_INSTALL = `Any one of these will do:

  Debian, Ubuntu      apt-get install --no-install-recommends mariadb-server redis-server
                      (as root; started as root, this command does it by itself)
  other systems       install MariaDB 10.11 or newer, or MySQL 8.4 or newer, and Redis 7 or newer,
                      so that mariadbd (or mysqld) and redis-server are on the PATH
  Docker              start an engine with Compose; the two then come as containers
  servers elsewhere   for the demo   DATABASE_URL=mysql://user:password@host:3306/clinica REDIS_URL=redis://host:6379
                      for the tests  TEST_DATABASE_URL=mysql://root:password@host:3306/ TEST_REDIS_URL=redis://host:6379

The machine's own servers are never touched: Clinica starts the programs privately, on ports and folders of its own.`;

/**
 * @param {string[]} packages
 * @param {AbortSignal} [signal]
 * @returns {Promise<string>} what went wrong, if anything: there may be another way to the servers
 */
async function installServers(packages, signal) {
  stage('servers', `installing Debian's ${packages.join(' and ')}, without starting their services`);
  try {
    await install(packages, signal);
    return '';
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return `${error.message}\n${error.tail}`;
  }
}

/**
 * The tools of attackers, from Debian's packages. Never fails: an attack whose tool cannot be had says so.
 *
 * @param {string[]} names of the programs, which are those of their packages
 * @param {AbortSignal} [signal]
 */
export async function ensureTools(names, signal) {
  const missing = names.filter((name) => !findProgram(name));
  if (missing.length === 0) return;
  if (!canInstall()) return stage('tools', `${missing.join(', ')} cannot be installed here`);
  for (const name of missing) {
    stage('tools', `installing Debian's ${name}`);
    try {
      // One by one: what one of them lacks must not cost us the others.
      await install([name], signal);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      stage('tools', `${name} cannot be had: ${error.message}`);
    }
  }
}

/**
 * A Chromium or Chrome for the tests that look at pages. Never fails: without one, those tests are skipped.
 *
 * @param {AbortSignal} [signal]
 * @returns {Promise<string | undefined>} its path
 */
export async function ensureChromium(signal) {
  const found = await workingChromium(signal);
  if (found || !canInstall()) return found;
  stage('browser', "installing Debian's chromium");
  try {
    await install(['chromium'], signal);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    stage('browser', error.message);
  }
  return workingChromium(signal);
}

/** @param {AbortSignal} [signal] */
async function workingChromium(signal) {
  const path =
    process.env.CHROMIUM_PATH ||
    findProgram('chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome');
  if (!path) return undefined;
  try {
    // Ubuntu's chromium-browser may be a mere pointer to a snap that is not there.
    await run(path, ['--version'], { what: path, signal });
    return path;
  } catch (error) {
    if (error instanceof Failure) return undefined;
    throw error;
  }
}
