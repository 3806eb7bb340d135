import { Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Clock } from '../time/clock.js';
import type { EpochMs } from '../time/interval.js';

const LOOK_AGAIN_MS = 5_000;

/**
 * The clock of the database, which all processes share, carried on between two looks by a timer that nobody can set.
 * The clock of the computer is not read: should it jump, no reminder leaves early and no lease runs out.
 */
@Injectable()
export class DatabaseClock extends Clock implements OnModuleInit, OnModuleDestroy {
  /** What the database's clock showed when this process's timer stood at zero; undefined until the first look. */
  private timerZero: EpochMs | undefined;
  private looking: NodeJS.Timeout | undefined;

  constructor(private readonly dataSource: DataSource) {
    super();
  }

  override now(): EpochMs {
    return Math.floor((this.timerZero ?? 0) + performance.now());
  }

  async onModuleInit(): Promise<void> {
    await this.look();
    // Without an answer the timer alone goes on: over hours it is still good to a second.
    this.looking = setInterval(() => void this.look().catch(() => undefined), LOOK_AGAIN_MS).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.looking);
  }

  private async look(): Promise<void> {
    const asked = performance.now();
    const [row]: { now: Date }[] = await this.dataSource.query(
      '/* read-clock */ SELECT UTC_TIMESTAMP(3) AS now',
    );
    // The clock was read at some time between the question and the answer, which may be seconds on a bad day.
    const [earliest, latest] = [row!.now.getTime() - performance.now(), row!.now.getTime() - asked];
    const best = this.timerZero ?? (earliest + latest) / 2;
    this.timerZero = Math.min(latest, Math.max(earliest, best));
  }
}
