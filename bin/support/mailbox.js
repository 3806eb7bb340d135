import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { plainEnvironment, ROOT } from './environment.js';
import { freePort, isListening } from './ports.js';
import { BackgroundProcess } from './processes.js';

/**
 * Starts maildev, a mail server that delivers nothing and shows every email on a web page. It keeps no email when it
 * stops.
 *
 * @param {string} dir
 * @param {AbortSignal} [signal]
 */
export async function startMailbox(dir, signal) {
  mkdirSync(dir, { recursive: true });
  rmSync(join(dir, 'maildev'), { recursive: true, force: true });
  const smtp = await freePort(1025);
  const web = await freePort(1080);
  const ports = ['--smtp', String(smtp), '--web', String(web)];
  const options = ['--ip', '127.0.0.1', '--web-ip', '127.0.0.1', '--max-emails', '1000'];
  const guard = join(ROOT, 'bin/support/own-pages-only.mjs');
  const program = join(ROOT, 'node_modules/maildev/dist/bin/maildev.js');
  const running = new BackgroundProcess({
    name: 'The mail catcher (maildev)',
    command: process.execPath,
    args: ['--import', guard, program, ...ports, ...options],
    dir,
    file: 'maildev',
    // maildev unpacks attachments into the temporary folder, which all users would share otherwise.
    env: { ...plainEnvironment(), TMPDIR: dir },
  });
  const isReady = async () => (await isListening(smtp)) && (await isListening(web));
  await running.waitUntilReady(isReady, { withinMs: 30_000, signal });
  return { running, smtpUrl: `smtp://127.0.0.1:${smtp}`, url: `http://127.0.0.1:${web}` };
}
