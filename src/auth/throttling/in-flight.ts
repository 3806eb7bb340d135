import { TooManyRequests } from '../../http/domain-error.js';

/** Bounds how many requests of each caller are under way at once, in this process. */
export class InFlight {
  private readonly counts = new Map<string, number>();

  /**
   * @param caller an account or an address
   * @returns what to call when the request is over
   * @throws TooManyRequests while `most` others are under way
   */
  enter(caller: string, most: number): () => void {
    const count = this.counts.get(caller) ?? 0;
    if (count >= most) throw new TooManyRequests(1);
    this.counts.set(caller, count + 1);
    return () => this.leave(caller);
  }

  private leave(caller: string): void {
    const count = this.counts.get(caller)! - 1;
    if (count > 0) this.counts.set(caller, count);
    else this.counts.delete(caller);
  }
}
