import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { print, printError } from './output.js';
import { commandLine, parentOf, stopProcessesIn } from './process-table.js';

/** How a command ends: Ctrl-C or a SIGTERM aborts its signal, and every cleanup runs, in reverse order. */
export class Shutdown {
  #controller = new AbortController();
  /** @type {(() => unknown)[]} */
  #cleanups = [];

  constructor() {
    // npm repeats the Ctrl-C that the terminal has sent already.
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => this.#abort());
    onNpmExit(() => this.#abort());
    // Clean up even after the terminal or the pipe was closed.
    for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  }

  #abort() {
    if (this.signal.aborted) return;
    print('\nStopping everything that was started …');
    this.#controller.abort();
  }

  get signal() {
    return this.#controller.signal;
  }

  /** @param {() => unknown} cleanup */
  defer(cleanup) {
    this.#cleanups.push(cleanup);
  }

  /**
   * @param {string} name
   * @returns {string} a new folder, deleted at the end after the processes in it were stopped
   */
  temporaryFolder(name) {
    const dir = mkdtempSync(join(tmpdir(), `clinica-${name}-`));
    this.defer(async () => {
      await stopProcessesIn(dir);
      rmSync(dir, { recursive: true, force: true });
    });
    return dir;
  }

  /** Runs every cleanup, also when one of them fails. */
  async cleanUp() {
    for (let cleanup = this.#cleanups.pop(); cleanup; cleanup = this.#cleanups.pop()) {
      try {
        await cleanup();
      } catch (error) {
        printError(error);
      }
    }
  }
}

/**
 * Runs a command, cleans up, and exits.
 *
 * @param {(shutdown: Shutdown) => Promise<number>} command resolves with the exit code
 * @returns {Promise<never>}
 */
export async function runCommand(command) {
  const shutdown = new Shutdown();
  let code = 1;
  try {
    code = await command(shutdown);
  } catch (error) {
    if (shutdown.signal.aborted) code = 130;
    else printError(error);
  }
  await shutdown.cleanUp();
  process.exit(code);
}

/**
 * npm runs commands in a shell. A SIGTERM for npm ends that shell without reaching the command, and a SIGKILL reaches
 * neither, so watch both.
 *
 * @param {() => void} callback
 */
function onNpmExit(callback) {
  if (!process.env.npm_lifecycle_event) return;
  const parent = process.ppid;
  const isNpm = (/** @type {number} */ pid) => commandLine(pid).startsWith('npm ');
  const npm = [parent, parentOf(parent)].find(isNpm);
  const timer = setInterval(() => {
    if (process.ppid === parent && (npm === undefined || isNpm(npm))) return;
    clearInterval(timer);
    callback();
  }, 500).unref();
}
