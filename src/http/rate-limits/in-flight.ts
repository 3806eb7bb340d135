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

/** Limits how many requests under each key this process handles at once. */
export class InFlight {
  private readonly counts = new Map<string, number>();

  /**
   * @param key names an account or an address
   * @throws TooManyRequests while `most` others are in flight
   */
  acquire(key: string, most: number): Permit {
    const count = this.counts.get(key) ?? 0;
    if (count >= most) throw new TooManyRequests(1);
    this.counts.set(key, count + 1);
    return new Permit(() => this.release(key));
  }

  private release(key: string): void {
    const count = this.counts.get(key)! - 1;
    if (count > 0) this.counts.set(key, count);
    else this.counts.delete(key);
  }
}
