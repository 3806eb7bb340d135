import { join } from 'node:path';
import { ROOT } from './environment.js';
import { Failure, printStep } from './output.js';
import { BackgroundProcess, run } from './processes.js';
import { allSettled } from './waiting.js';

const READY_WITHIN_MS = 60_000;
// The worker finishes the emails in progress.
const STOP_WITHIN_MS = 30_000;

/**
 * Migrates and seeds the database, and starts the API and the worker. They run in `dir`, where there is no .env.
 *
 * @param {{ env: NodeJS.ProcessEnv, dir: string }} options
 * @param {import('./shutdown.js').Shutdown} shutdown
 * @returns the API's address, and a promise that rejects if the API or the worker ends before the shutdown
 */
export async function startClinic({ env, dir }, shutdown) {
  const { signal } = shutdown;
  for (const name of ['migrate', 'seed']) {
    const output = await run(process.execPath, [built(name)], {
      what: `npm run ${name}`,
      env,
      cwd: dir,
      signal,
    });
    printStep(name, lastLine(output));
  }
  printStep('start', 'API and worker');
  const common = { command: process.execPath, dir, env };
  const api = new BackgroundProcess({ ...common, name: 'The API', file: 'api', args: [built('main')] });
  const worker = new BackgroundProcess({
    ...common,
    name: 'The worker',
    file: 'worker',
    args: [built('worker')],
  });
  let isStopping = false;
  shutdown.defer(() => {
    isStopping = true;
    return allSettled([api.stop(STOP_WITHIN_MS), worker.stop(STOP_WITHIN_MS)]);
  });
  const failure = Promise.race([
    unexpectedEnd(api, () => isStopping),
    unexpectedEnd(worker, () => isStopping),
  ]);
  // Once the command ends, nothing awaits it any longer.
  failure.catch(() => undefined);
  const baseUrl = `http://${env.HOST}:${env.PORT}`;
  const isReady = () => isOk(`${baseUrl}/health/ready`);
  await Promise.race([api.waitUntilReady(isReady, { withinMs: READY_WITHIN_MS, signal }), failure]);
  return { baseUrl, failure };
}

/** @param {string} program */
const built = (program) => join(ROOT, `dist/${program}.js`);

/** @param {string} output */
const lastLine = (output) => output.trim().split('\n').at(-1) ?? '';

/**
 * @param {BackgroundProcess} program
 * @param {() => boolean} isStopping
 * @returns {Promise<never>}
 */
async function unexpectedEnd(program, isStopping) {
  const outcome = await program.exited;
  if (isStopping()) return new Promise(() => undefined);
  throw new Failure(`${program.name} ended unexpectedly: ${outcome}.`, {
    tail: program.tail,
    remedy: `Log: ${program.log}`,
  });
}

/** @param {string} url */
async function isOk(url) {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(5_000) })).ok;
  } catch {
    return false;
  }
}
