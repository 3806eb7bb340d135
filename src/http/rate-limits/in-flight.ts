import { TooManyRequests } from '../../errors/domain-error.js';

/**
 * A place among the requests of a caller that are under way. It is given back once the connection has closed and the work
 * has ended: a client that hangs up does not stop the work, and gets no further place by it.
 */
export class Place {
  private isWorking = true;
  private isConnected = true;

  constructor(private readonly giveBack: () => void) {}

  /** Says that the work has ended: there is an answer. */
  end(): void {
    if (!this.isWorking) return;
    this.isWorking = false;
    if (!this.isConnected) this.giveBack();
  }

  /** Says that the answer was taken or the connection has closed. */
  close(): void {
    if (!this.isConnected) return;
    this.isConnected = false;
    if (!this.isWorking) this.giveBack();
  }
}

/** Bounds how many requests of each caller are under way at once, in this process. */
export class InFlight {
  private readonly counts = new Map<string, number>();

  /**
   * @param caller an account or an address
   * @throws TooManyRequests while `most` others are under way
   */
  enter(caller: string, most: number): Place {
    const count = this.counts.get(caller) ?? 0;
    if (count >= most) throw new TooManyRequests(1);
    this.counts.set(caller, count + 1);
    return new Place(() => this.leave(caller));
  }

  private leave(caller: string): void {
    const count = this.counts.get(caller)! - 1;
    if (count > 0) this.counts.set(caller, count);
    else this.counts.delete(caller);
  }
}
