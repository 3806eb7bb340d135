import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { plainEnvironment, ROOT } from './environment.js';
import { endLeftover } from './leftovers.js';
import { Running } from './processes.js';
import { Failure } from './say.js';
import { accepts, freePort, until } from './waiting.js';

/**
 * A mail as it lies in the mail catcher.
 *
 * @typedef {object} Mail
 * @property {string} id
 * @property {string} subject
 * @property {string} [text]
 * @property {{ address: string }[]} to
 * @property {{ filename: string, contentType: string }[]} [attachments]
 */

/**
 * Starts maildev, which takes every mail, delivers none, and shows them on a web page, but to no page of another origin.
 * It forgets them at its end.
 *
 * @param {string} dir
 * @param {AbortSignal} [signal]
 */
export async function startMailbox(dir, signal) {
  const program = join(ROOT, 'node_modules/maildev/dist/bin/maildev.js');
  mkdirSync(dir, { recursive: true });
  const pidFile = join(dir, 'maildev.pid');
  await endLeftover({ pidFile, program, dir });
  rmSync(join(dir, 'maildev'), { recursive: true, force: true });
  const smtp = await freePort(1025);
  const web = await freePort(1080);
  const guard = join(ROOT, 'bin/support/own-pages-only.mjs');
  const loopback = ['--ip', '127.0.0.1', '--web-ip', '127.0.0.1', '--max-emails', '1000'];
  const running = new Running({
    name: 'maildev',
    command: process.execPath,
    args: ['--import', guard, program, '--smtp', String(smtp), '--web', String(web), ...loopback],
    cwd: dir,
    // It unpacks attachments into the temporary folder, under a name that all users of the machine would share.
    env: { ...plainEnvironment(), TMPDIR: dir },
    log: join(dir, 'maildev.log'),
    pidFile,
  });
  await cameUp(running, [smtp, web], signal);
  return { running, smtpUrl: `smtp://127.0.0.1:${smtp}`, url: `http://127.0.0.1:${web}` };
}

/**
 * @param {Running} running
 * @param {number[]} ports
 * @param {AbortSignal} [signal]
 */
async function cameUp(running, ports, signal) {
  const open = async () => (await Promise.all(ports.map((port) => accepts(port)))).every(Boolean);
  try {
    await until(async () => !running.isAlive || (await open()), { withinMs: 30_000, everyMs: 100, signal });
    if (running.isAlive && (await open())) return;
  } catch (interrupted) {
    await running.stop();
    throw interrupted;
  }
  await running.stop();
  throw new Failure('The mail catcher (maildev) did not come up.', {
    tail: running.tail,
    remedy: `Its log: ${running.log}`,
  });
}

/** What lies in the mailbox for one person, as the mail catcher's own REST API tells it. */
export class Mailbox {
  /** @type {Set<string>} */
  #seen = new Set();
  #url;
  #recipient;

  /**
   * @param {string} url of the mail catcher's page
   * @param {string} recipient
   */
  constructor(url, recipient) {
    this.#url = url;
    this.#recipient = recipient;
  }

  /** Passes over all that lies there by now. */
  async skipOlder() {
    for (const { id } of await this.#mails()) this.#seen.add(id);
  }

  /**
   * Waits for a mail that was not there before.
   *
   * @param {(mail: Mail) => boolean} isTheOne
   * @param {{ withinMs: number, signal?: AbortSignal }} patience
   * @returns {Promise<Mail | undefined>}
   */
  async next(isTheOne, patience) {
    /** @type {Mail | undefined} */
    let found;
    await until(
      async () => {
        found = (await this.#mails()).find((mail) => !this.#seen.has(mail.id) && isTheOne(mail));
        return found !== undefined;
      },
      { ...patience, everyMs: 200 },
    );
    if (found) this.#seen.add(found.id);
    return found;
  }

  /** @returns {Promise<Mail[]>} */
  async #mails() {
    const response = await fetch(`${this.#url}/api/email`, { signal: AbortSignal.timeout(5_000) });
    if (!response.ok) throw new Failure(`The mailbox at ${this.#url} answered ${response.status}.`);
    const mails = /** @type {Mail[]} */ (await response.json());
    return mails.filter(({ to }) => to.some(({ address }) => address === this.#recipient));
  }
}
