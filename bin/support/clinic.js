import { join } from 'node:path';
import { ROOT } from './environment.js';
import { endLeftover } from './leftovers.js';
import { run, Running } from './processes.js';
import { Failure, stage } from './say.js';
import { together, until } from './waiting.js';

/**
 * The service itself, as the demo runs it: the API and the worker, built and side by side.
 *
 * @typedef {object} Clinic
 * @property {string} baseUrl
 * @property {Promise<never>} fallen rejects with a {@link Failure} when the API or the worker ends before we want it to
 */

const API = { name: 'The API', file: 'main.js', pid: 'api.pid', log: 'api.log' };
const WORKER = { name: 'The worker', file: 'worker.js', pid: 'worker.pid', log: 'worker.log' };
const READY_WITHIN_MS = 60_000;
// The worker finishes the mails it has in hand.
const DRAIN_WITHIN_MS = 30_000;

/** @param {string} file a program of the build */
const built = (file) => join(ROOT, 'dist', file);

/**
 * Ends the API and the worker of a demo that was killed.
 *
 * @param {string} dir
 */
export async function endFormerClinic(dir) {
  await together(
    [API, WORKER].map(({ file, pid }) =>
      endLeftover({ pidFile: join(dir, pid), program: built(file), dir: ROOT }),
    ),
  );
}

/**
 * Migrates, seeds, and starts the API and the worker.
 *
 * @param {{ env: NodeJS.ProcessEnv, dir: string }} options where the logs go
 * @param {import('./ending.js').Ending} ending
 * @returns {Promise<Clinic>} once it is ready
 */
export async function startClinic({ env, dir }, ending) {
  const { signal } = ending;
  stage(
    'migrate',
    lastLine(
      await run(process.execPath, [built('migrate.js')], { what: 'The migration', env, cwd: ROOT, signal }),
    ),
  );
  stage(
    'seed',
    lastLine(await run(process.execPath, [built('seed.js')], { what: 'The seed', env, cwd: ROOT, signal })),
  );
  stage('start', 'API and worker');
  const programs = [API, WORKER].map((program) => start(program, env, dir));
  let wanted = true;
  ending.atEnd(() => {
    wanted = false;
    return together(programs.map((program) => program.stop(DRAIN_WITHIN_MS)));
  });
  const fallen = Promise.race(programs.map((program) => failing(program, () => wanted)));
  // Callers race this promise against their own work. At the end nobody does, so it must not count as unhandled.
  fallen.catch(() => undefined);
  const baseUrl = `http://${env.HOST}:${env.PORT}`;
  await Promise.race([ready(baseUrl, programs, signal), fallen]);
  return { baseUrl, fallen };
}

/**
 * @param {typeof API} program
 * @param {NodeJS.ProcessEnv} env
 * @param {string} dir
 */
function start({ name, file, pid, log }, env, dir) {
  return new Running({
    name,
    command: process.execPath,
    args: [built(file)],
    cwd: ROOT,
    env,
    log: join(dir, log),
    pidFile: join(dir, pid),
  });
}

/**
 * @param {Running} program
 * @param {() => boolean} isWanted
 * @returns {Promise<never>}
 */
async function failing(program, isWanted) {
  const how = await program.exited;
  if (!isWanted()) return new Promise(() => undefined);
  throw new Failure(`${program.name} ended unexpectedly: ${how}.`, {
    tail: program.tail,
    remedy: `Its log: ${program.log}`,
  });
}

/**
 * @param {string} baseUrl
 * @param {Running[]} programs
 * @param {AbortSignal} signal
 */
async function ready(baseUrl, programs, signal) {
  const isReady = async () => {
    const response = await fetch(`${baseUrl}/health/ready`, { signal: AbortSignal.timeout(5_000) }).catch(
      () => null,
    );
    return response?.ok ?? false;
  };
  if (await until(isReady, { withinMs: READY_WITHIN_MS, everyMs: 100, signal })) return;
  throw new Failure(`The API was not ready within ${READY_WITHIN_MS / 1000} s: ${baseUrl}/health/ready`, {
    tail: programs[0]?.tail,
    remedy: `The logs: ${programs.map(({ log }) => log).join(', ')}`,
  });
}

/** @param {string} output */
function lastLine(output) {
  return output.trim().split('\n').at(-1) || 'done';
}
