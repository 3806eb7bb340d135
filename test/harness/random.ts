/** Choices that are the same for the same seed (mulberry32). */
export class Random {
  constructor(private state: number) {}

  /** From 0 up to but not including 1. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** A whole number, both ends included. */
  between(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  one<T>(choices: readonly T[]): T {
    return choices[Math.floor(this.next() * choices.length)]!;
  }

  /** A key that no other of this seed equals. */
  key(): string {
    return Array.from({ length: 4 }, () => this.between(0, 0xff_ff_ff_ff).toString(16).padStart(8, '0')).join(
      '-',
    );
  }

  /** Choices of its own for each part, so that one part's number of choices does not change another's. */
  fork(): Random {
    return new Random(this.between(0, 0x7f_ff_ff_ff));
  }
}
