import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Clock } from '../time/clock.js';
import type { EpochMs } from '../time/interval.js';
import { existsFailing } from './notification.repository.js';

/** A shorter trouble of the mail server mends by itself. */
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

  /** Whether any email is failing. It reads one entry of an index. */
  async exist(): Promise<boolean> {
    return existsFailing(this.dataSource, failingBefore(this.clock.now()));
  }
}
