import { Injectable } from '@nestjs/common';
import type { EpochMs } from './interval.js';

/** The only reader of the computer's clock, so that a test can tell the whole service what time it is. */
@Injectable()
export class Clock {
  now(): EpochMs {
    return Date.now();
  }
}
