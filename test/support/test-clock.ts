import { Clock } from '../../src/time/clock.js';
import type { EpochMs } from '../../src/time/interval.js';

/** A clock that stands still at the time that a test sets. */
export class TestClock extends Clock {
  private instant: EpochMs;

  /** @param iso with an offset or Z */
  constructor(iso: string) {
    super();
    this.instant = Date.parse(iso);
  }

  override now(): EpochMs {
    return this.instant;
  }

  set(iso: string): void {
    this.instant = Date.parse(iso);
  }

  advance({
    days = 0,
    hours = 0,
    minutes = 0,
    seconds = 0,
  }: {
    days?: number;
    hours?: number;
    minutes?: number;
    seconds?: number;
  }): void {
    this.instant += (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000;
  }
}
