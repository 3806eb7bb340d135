import { BackgroundProcess } from '../../../bin/support/processes.js';

/** A server of a group, which can be stopped and started again, always on the same port. */
export class Member {
  /** @type {BackgroundProcess | undefined} */
  #running;

  /** @param {{ name: string, url: string, port: number }} place */
  constructor({ name, url, port }) {
    this.name = name;
    this.url = url;
    this.port = port;
  }

  /** The id of its process; 0 while it has none. */
  get pid() {
    return this.#running?.isAlive ? this.#running.pid : 0;
  }

  isAlive() {
    return this.pid !== 0;
  }

  /** The last lines of its log since its last start. */
  tail() {
    return this.#running?.tail ?? '';
  }

  /** Ends it as a power cut would. */
  async kill() {
    await this.#running?.kill();
  }

  /** Shuts it down cleanly. */
  async stop() {
    await this.#running?.stop();
  }

  /**
   * Its process, launched if it is not running.
   *
   * @param {() => ConstructorParameters<typeof BackgroundProcess>[0]} program
   */
  launched(program) {
    if (!this.#running?.isAlive) this.#running = new BackgroundProcess(program());
    return this.#running;
  }
}
