import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Clock } from '../time/clock.js';
import type { EpochMs } from '../time/interval.js';
import { existsFailing } from './notification.repository.js';

/** The mail server recovers from shorter outages by itself. */
export const FAILING_AFTER_MINUTES = 5;

/** The parameter of `FAILING`. */
export function failingBefore(now: EpochMs): Date {
  return new Date(now - FAILING_AFTER_MINUTES * 60_000);
}

@Injectable()
export class FailingNotifications {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
  ) {}

  /** Whether any email is failing. Reads one entry of an index. */
  async exist(): Promise<boolean> {
    return existsFailing(this.dataSource, failingBefore(this.clock.now()));
  }
}
