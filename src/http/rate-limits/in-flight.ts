import { TooManyRequests } from '../../errors/domain-error.js';

/**
 * A permit for one of several concurrent requests of an account or address. It is released when both the work has ended
 * and the connection has closed: a client that hangs up does not stop the work, and must not gain a permit by it.
 */
export class Permit {
  private isWorking = true;
  private isConnected = true;

  constructor(private readonly release: () => void) {}

  /** The work has ended: there is a response. */
  end(): void {
    if (!this.isWorking) return;
    this.isWorking = false;
    if (!this.isConnected) this.release();
  }

  /** The response was sent, or the connection has closed. */
  close(): void {
    if (!this.isConnected) return;
    this.isConnected = false;
    if (!this.isWorking) this.release();
  }
}

/** A key that names an account, a session or an address, and how many of its requests may be in flight. */
export type Share = readonly [key: string, most: number];

/** Limits how many requests under each key this process handles at once. */
export class InFlight {
  private readonly counts = new Map<string, number>();

  /** @throws TooManyRequests while as many others of any of the shares are in flight; then none is taken */
  acquire(...shares: readonly Share[]): Permit {
    if (shares.some(([key, most]) => this.countOf(key) >= most)) throw new TooManyRequests(1);
    for (const [key] of shares) this.counts.set(key, this.countOf(key) + 1);
    return new Permit(() => shares.forEach(([key]) => this.release(key)));
  }

  private countOf(key: string): number {
    return this.counts.get(key) ?? 0;
  }

  private release(key: string): void {
    const count = this.countOf(key) - 1;
    if (count > 0) this.counts.set(key, count);
    else this.counts.delete(key);
  }
}
