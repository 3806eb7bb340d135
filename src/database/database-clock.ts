import { Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Clock } from '../time/clock.js';
import type { EpochMs } from '../time/interval.js';

const READ_EVERY_MS = 5_000;

/**
 * The database's clock, which all processes share. Between two readings the process's monotonic timer carries it on.
 * The computer's clock is never read, so a jump of it sends no reminder early and ends no lease.
 */
@Injectable()
export class DatabaseClock extends Clock implements OnModuleInit, OnModuleDestroy {
  /** The database's time when this process's timer was at zero; undefined until the first reading. */
  private timerZero: EpochMs | undefined;
  private readTimer: NodeJS.Timeout | undefined;

  constructor(private readonly dataSource: DataSource) {
    super();
  }

  override now(): EpochMs {
    return Math.floor((this.timerZero ?? 0) + performance.now());
  }

  async onModuleInit(): Promise<void> {
    await this.sync();
    // If a reading fails, the timer alone goes on. Over hours it is still accurate to a second.
    this.readTimer = setInterval(() => void this.sync().catch(() => undefined), READ_EVERY_MS).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.readTimer);
  }

  private async sync(): Promise<void> {
    const sentAt = performance.now();
    const [row]: { now: Date }[] = await this.dataSource.query(
      '/* read-clock */ SELECT UTC_TIMESTAMP(3) AS now',
    );
    // The database read its clock between request and answer, which can be seconds apart. The estimate moves only as
    // far as this reading proves it wrong.
    const [earliest, latest] = [row!.now.getTime() - performance.now(), row!.now.getTime() - sentAt];
    const best = this.timerZero ?? (earliest + latest) / 2;
    this.timerZero = Math.min(latest, Math.max(earliest, best));
  }
}
