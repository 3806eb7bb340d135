import type { EpochMs } from './interval.js';

/** The only source of the current time, so that tests can set it for the whole service. */
export abstract class Clock {
  abstract now(): EpochMs;
}
