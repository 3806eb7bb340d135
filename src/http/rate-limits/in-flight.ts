import { TooManyRequests } from '../../errors/domain-error.js';

/**
 * A place among the requests of a caller that are under way. It is given back once the connection has closed and the work
 * has ended: a client that hangs up does not stop the work, and gets no further place by it.
 */
export class Place {
  private isWorking = false;
  private isClosed = false;

  constructor(private readonly giveBack: () => void) {}

  /**
   * Says that work begins, which may outlast the connection.
   *
   * @throws TooManyRequests if the connection has closed: the place is given back, and nobody reads the answer
   */
  begin(): void {
    if (this.isClosed) throw new TooManyRequests(1);
    this.isWorking = true;
  }

  /** Says that the work has ended. */
  end(): void {
    this.isWorking = false;
    if (this.isClosed) this.giveBack();
  }

  /** Says that the connection has closed; once. */
  close(): void {
    this.isClosed = true;
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
