import type { EpochMs } from './interval.js';

/** The one way to ask what time it is, so that a test can tell the whole service. */
export abstract class Clock {
  abstract now(): EpochMs;
}
