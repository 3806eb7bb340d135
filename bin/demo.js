/**
 * `npm run demo`: starts a demo clinic on a machine where nothing is prepared, and plays a patient's visit and the work
 * of the front desk. It runs until Ctrl-C; `npm run demo -- --once` exits after the visit. Data and logs are in .local/.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureBuilt } from './support/build.js';
import { startClinic } from './support/clinic.js';
import { demoEnvironment, writeDemoEnv } from './support/demo-environment.js';
import { ROOT } from './support/environment.js';
import { startMailbox } from './support/mailbox.js';
import { Failure, print, printStep } from './support/output.js';
import { ensurePackages } from './support/packages.js';
import { freePort, isListening } from './support/ports.js';
import { commandLine, findProcess, stopProcessesIn } from './support/process-table.js';
import { namedServer, provideServers } from './support/servers.js';
import { runCommand } from './support/shutdown.js';
import { playVisit } from './support/visit.js';
import { allSettled } from './support/waiting.js';
import { welcome } from './support/welcome.js';

/** @typedef {import('./support/shutdown.js').Shutdown} Shutdown */

const DIR = join(ROOT, '.local');

/** @type {import('./support/servers.js').Options} */
const SERVERS = {
  dir: DIR,
  throwAway: false,
  project: 'clinica-demo',
  database: 'clinica',
  variables: { database: 'DATABASE_URL', redis: 'REDIS_URL' },
  ports: { database: 13306, redis: 16379 },
};

await runCommand(async (shutdown) => {
  const { signal } = shutdown;
  const { once } = parseArgs({ options: { once: { type: 'boolean', default: false } } }).values;
  const started = Date.now();
  print(once ? "Clinica's demo, once\n" : "Clinica's demo; Ctrl-C ends it\n");
  process.chdir(ROOT);
  mkdirSync(DIR, { recursive: true, mode: 0o700 });
  ensureOnlyDemo(shutdown);
  await stopProcessesIn(DIR);
  await ensurePackages(signal);

  const port = await apiPort();
  const [{ databaseUrl, redisUrl, servers }, mail] = await allSettled([
    provideServers(SERVERS, shutdown),
    provideMailServer(shutdown),
    ensureBuilt(signal),
  ]);
  const { smtpUrl, mailboxUrl } = mail;
  const env = demoEnvironment({ port, databaseUrl, redisUrl, smtpUrl }, DIR);
  const { baseUrl, failure } = await startClinic({ env, dir: DIR }, shutdown);
  writeDemoEnv(join(DIR, 'demo.env'), { baseUrl, databaseUrl, redisUrl, smtpUrl, mailboxUrl });

  print("\nA patient's visit, and the work of the front desk:\n");
  await Promise.race([playVisit({ baseUrl, mailboxUrl, signal }), failure]);
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  print(`\nEvery step passed${mailboxUrl ? '' : ', without the emails'}; ${seconds} s since the start.`);
  if (once) return 0;

  print(welcome(baseUrl, mailboxUrl));
  for (const { name, exited } of [...servers, ...mail.servers]) {
    void exited.then((outcome) => {
      if (!signal.aborted)
        print(`\n${name} ended unexpectedly: ${outcome}. Press Ctrl-C and restart the demo.`);
    });
  }
  const aborted = new Promise((resolve) => signal.addEventListener('abort', resolve));
  if (!signal.aborted) await Promise.race([aborted, failure]);
  return 0;
});

/**
 * A second demo in this folder would take the database away from the first.
 *
 * @param {Shutdown} shutdown
 */
function ensureOnlyDemo(shutdown) {
  const pidFile = join(DIR, 'demo.pid');
  const other = findProcess(pidFile, ROOT);
  if (other && other !== process.pid && commandLine(other).includes('demo.js')) {
    throw new Failure(`The demo is already running in this folder, as process ${other}.`, {
      remedy: `Stop it with Ctrl-C in its terminal, or with: kill ${other}`,
    });
  }
  writeFileSync(pidFile, String(process.pid));
  shutdown.defer(() => rmSync(pidFile, { force: true }));
}

/** @param {Shutdown} shutdown */
async function provideMailServer(shutdown) {
  const smtpUrl = await namedServer('SMTP_URL', process.env.SMTP_URL?.startsWith('smtps:') ? 465 : 25);
  const mailboxUrl = process.env.MAILBOX_URL?.replace(/\/$/, '') || undefined;
  if (smtpUrl) return { smtpUrl, mailboxUrl, servers: [] };
  const mailbox = await startMailbox(join(DIR, 'mailbox'), shutdown.signal);
  shutdown.defer(() => mailbox.running.stop());
  printStep('mailbox', mailbox.url);
  return { smtpUrl: mailbox.smtpUrl, mailboxUrl: mailbox.url, servers: [mailbox.running] };
}

/** If PORT is set, the API must get that port: its clients expect it there. */
async function apiPort() {
  const { PORT } = process.env;
  if (!PORT) return freePort(3000);
  const port = Number(PORT);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new Failure(`PORT is not a port: ${PORT}`);
  if (!(await isListening(port))) return port;
  throw new Failure(`PORT is ${port}, where another program listens.`, {
    remedy: 'Choose another, or unset PORT to use the next free one from 3000.',
  });
}
