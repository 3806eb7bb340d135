import { setTimeout as sleep } from 'node:timers/promises';
import type { Target } from './target.js';

const PATIENCE_MS = 5_000;

export interface Behaved {
  readonly answered: number;
  readonly failed: number;
}

/** A client that does nothing wrong, until it is told to stop; must be answered whatever others do. */
export class Behaving {
  answered = 0;
  failed = 0;
  private readonly over = new AbortController();
  private readonly asking: Promise<void>;

  constructor(private readonly target: Target) {
    this.asking = this.ask();
  }

  async stop(): Promise<Behaved> {
    this.over.abort();
    await this.asking;
    return this;
  }

  private async ask(): Promise<void> {
    while (!this.over.signal.aborted) {
      try {
        const { status } = await fetch(`${this.target.url}/api/doctors/public`, {
          signal: AbortSignal.timeout(PATIENCE_MS),
        });
        this[status === 200 ? 'answered' : 'failed'] += 1;
      } catch {
        this.failed += 1;
      }
      await sleep(50);
    }
  }
}
