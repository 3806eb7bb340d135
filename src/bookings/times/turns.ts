import { setImmediate as nextTurn } from 'node:timers/promises';

/** Long enough that pauses cost little, short enough that no other request notices. */
const LONGEST_TURN_MS = 4;

/** Divides long work, so that other requests are served in between: `if (turns.isOver()) await turns.next()`. */
export class Turns {
  private began = performance.now();

  /** Whether the work has kept the event loop long enough. */
  isOver(): boolean {
    return performance.now() - this.began > LONGEST_TURN_MS;
  }

  /** Waits until others have had their turn. */
  async next(): Promise<void> {
    await nextTurn();
    this.began = performance.now();
  }
}
