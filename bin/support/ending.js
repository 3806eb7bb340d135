import { whenNpmIsGone } from './npm-parent.js';
import { line, tell } from './say.js';

/** The person (or the machine) asked us to stop. */
export class Interrupted extends Error {
  /** @param {NodeJS.Signals} by */
  constructor(by) {
    super(`Interrupted by ${by}.`);
  }
}

/**
 * How a command ends: Ctrl-C or a SIGTERM aborts what is under way, and whatever was started is undone in reverse order,
 * however the command came to its end.
 */
export class Ending {
  #controller = new AbortController();
  /** @type {(() => unknown)[]} */
  #undo = [];

  constructor() {
    for (const name of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
      // npm passes a Ctrl-C on to us that the terminal has sent us already: only the first counts.
      process.on(name, () => this.#interrupt(name));
    }
    whenNpmIsGone(() => this.#interrupt('SIGTERM'));
    // A closed terminal or pipe must not keep us from tidying up.
    for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  }

  /** @param {NodeJS.Signals} by */
  #interrupt(by) {
    if (this.signal.aborted) return;
    line('\nEnding everything that was started …');
    this.#controller.abort(new Interrupted(by));
  }

  /** Aborted, with an {@link Interrupted}, when somebody asks for the end. */
  get signal() {
    return this.#controller.signal;
  }

  /** @param {() => unknown} undo what to do at the end; the last registered comes first */
  atEnd(undo) {
    this.#undo.push(undo);
  }

  /** Undoes everything. A step that fails is reported, and the others still run. */
  async close() {
    for (let undo = this.#undo.pop(); undo; undo = this.#undo.pop()) {
      try {
        await undo();
      } catch (error) {
        tell(error);
      }
    }
  }
}

/**
 * Runs a command from its first line to its exit code, and leaves nothing behind.
 *
 * @param {(ending: Ending) => Promise<number>} command resolves with the exit code
 * @returns {Promise<never>}
 */
export async function runToTheEnd(command) {
  const ending = new Ending();
  let code = 1;
  try {
    code = await command(ending);
  } catch (error) {
    if (ending.signal.aborted) code = 130;
    else tell(error);
  }
  await ending.close();
  process.exit(code);
}
