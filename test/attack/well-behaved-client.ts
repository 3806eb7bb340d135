import { setTimeout as sleep } from 'node:timers/promises';
import type { Target } from './target.js';

const TIMEOUT_MS = 5_000;

export interface AnswerCounts {
  readonly answered: number;
  readonly failed: number;
}

/** Sends ordinary requests until it is stopped. The service must answer them, whatever attackers do meanwhile. */
export class WellBehavedClient {
  answered = 0;
  failed = 0;
  private readonly stopping = new AbortController();
  private readonly running: Promise<void>;

  constructor(private readonly target: Target) {
    this.running = this.run();
  }

  async stop(): Promise<AnswerCounts> {
    this.stopping.abort();
    await this.running;
    return this;
  }

  private async run(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      try {
        const { status } = await fetch(`${this.target.url}/api/doctors/public`, {
          signal: AbortSignal.timeout(TIMEOUT_MS),
        });
        this[status === 200 ? 'answered' : 'failed'] += 1;
      } catch {
        this.failed += 1;
      }
      await sleep(50);
    }
  }
}
