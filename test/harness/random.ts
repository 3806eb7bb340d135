/** A pseudo-random generator with a seed (mulberry32). */
export class Random {
  constructor(private state: number) {}

  /** A number from 0 up to, but not including, 1. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** An integer between `least` and `most`, both inclusive. */
  between(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  one<T>(choices: readonly T[]): T {
    return choices[Math.floor(this.next() * choices.length)]!;
  }

  /** A key that does not recur within one seed. */
  key(): string {
    return Array.from({ length: 4 }, () => this.between(0, 0xff_ff_ff_ff).toString(16).padStart(8, '0')).join(
      '-',
    );
  }

  /** A separate generator, because one user's number of choices must not change the choices of another. */
  fork(): Random {
    return new Random(this.between(0, 0x7f_ff_ff_ff));
  }
}
