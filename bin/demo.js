/**
 * `npm run demo`: the whole of Clinica on a machine that has nothing prepared, with a patient's visit played before your
 * eyes. It stays up until Ctrl-C; `npm run demo -- --once` ends after the visit. Its state lives in .local/.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBuilt } from './support/build.js';
import { endFormerClinic, startClinic } from './support/clinic.js';
import { runToTheEnd } from './support/ending.js';
import { demoEnvironment, ROOT, writeDemoEnv } from './support/environment.js';
import { findLeftover } from './support/leftovers.js';
import { startMailbox } from './support/mailbox.js';
import { ensurePackages } from './support/provision.js';
import { Failure, line, stage } from './support/say.js';
import { bringServers, given } from './support/servers.js';
import { playVisit } from './support/visit.js';
import { accepts, freePort, together } from './support/waiting.js';
import { welcome } from './support/welcome.js';

/** @typedef {import('./support/ending.js').Ending} Ending */

const LOCAL = join(ROOT, '.local');

await runToTheEnd(async (ending) => {
  const started = Date.now();
  const once = process.argv.includes('--once');
  line(once ? "Clinica's demo, once" : "Clinica's demo; Ctrl-C ends it");
  line();
  process.chdir(ROOT);
  claim(ending);
  await endFormerClinic(LOCAL);
  await ensurePackages(ending.signal);

  const { addresses, mailboxUrl, services } = await bringSurroundings(ending);
  const env = demoEnvironment(addresses, LOCAL);
  const { baseUrl, fallen } = await startClinic({ env, dir: LOCAL }, ending);
  writeDemoEnv(join(LOCAL, 'demo.env'), { ...addresses, baseUrl, mailboxUrl });

  line("\nA patient's visit:\n");
  const place = { baseUrl, mailboxUrl, clinicTimezone: env.CLINIC_TIMEZONE ?? 'UTC', signal: ending.signal };
  await Promise.race([playVisit(place), fallen]);
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  line(
    `\n${mailboxUrl ? 'Every step held' : 'Every step but the mails was seen to hold'}; ${seconds} s since the start.`,
  );
  if (once) return 0;

  welcome({ baseUrl, mailboxUrl });
  await stayUp({ services, fallen }, ending);
  return 0;
});

/**
 * One demo at a time: a second one in the same folder would take its database away from the first.
 *
 * @param {Ending} ending
 */
function claim(ending) {
  mkdirSync(LOCAL, { recursive: true, mode: 0o700 });
  const pidFile = join(LOCAL, 'demo.pid');
  const other = findLeftover({ pidFile, program: 'demo.js', dir: ROOT });
  if (other !== undefined) {
    throw new Failure(`The demo is already running in this folder, as process ${other}.`, {
      remedy: `End it with Ctrl-C where it runs, or with: kill ${other}`,
    });
  }
  writeFileSync(pidFile, String(process.pid));
  ending.atEnd(() => rmSync(pidFile, { force: true }));
}

/**
 * Everything that the service needs around it, side by side since each has to be waited for.
 *
 * @param {Ending} ending
 */
async function bringSurroundings(ending) {
  const port = await apiPort();
  const [servers, mail] = await together([
    bringServers(
      {
        dir: LOCAL,
        throwAway: false,
        project: 'clinica-demo',
        database: 'clinica',
        variables: { database: 'DATABASE_URL', redis: 'REDIS_URL' },
        ports: { database: 13306, redis: 16379 },
      },
      ending,
    ),
    bringMailbox(ending),
    ensureBuilt(ending.signal),
  ]);
  const { databaseUrl, redisUrl } = servers;
  return {
    addresses: { port, databaseUrl, redisUrl, smtpUrl: mail.smtpUrl },
    mailboxUrl: mail.url,
    services: [...servers.services, ...mail.services],
  };
}

/** @param {Ending} ending */
async function bringMailbox(ending) {
  const smtpUrl = await given('SMTP_URL', process.env.SMTP_URL?.startsWith('smtps:') ? 465 : 25);
  if (smtpUrl)
    return { smtpUrl, url: process.env.MAILBOX_URL?.replace(/\/$/, '') || undefined, services: [] };
  const { smtpUrl: ownUrl, url, running } = await startMailbox(join(LOCAL, 'mailbox'), ending.signal);
  ending.atEnd(() => running.stop());
  stage('mailbox', url);
  return { smtpUrl: ownUrl, url, services: [running] };
}

/** A port that was asked for by name is that one or none: somebody is going to look for the API there. */
async function apiPort() {
  const wanted = process.env.PORT;
  if (!wanted) return freePort(3000);
  const port = Number(wanted);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new Failure(`PORT is no port: ${wanted}`);
  if (await accepts(port)) {
    throw new Failure(`PORT is ${port}, and somebody listens there already.`, {
      remedy: 'Choose another, or unset PORT to have the next free one after 3000.',
    });
  }
  return port;
}

/**
 * Until somebody asks for the end, or the API or the worker comes to one by itself. The service outlives its servers for
 * a while, as it is built to; but it is said when one of them is gone.
 *
 * @param {{ services: { name: string, exited: Promise<string> }[], fallen: Promise<never> }} what
 * @param {Ending} ending
 */
async function stayUp({ services, fallen }, { signal }) {
  let isUp = true;
  for (const { name, exited } of services) {
    void exited.then((how) => {
      if (isUp) line(`\n${name} is gone (${how}). Ctrl-C, and start the demo again, to have it back.`);
    });
  }
  const asked = new Promise((resolve) => {
    signal.addEventListener('abort', resolve, { once: true });
    if (signal.aborted) resolve(undefined);
  });
  await Promise.race([asked, fallen]).finally(() => (isUp = false));
}
