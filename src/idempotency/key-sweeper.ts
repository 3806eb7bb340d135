import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { inOneStatement } from '../database/in-one-statement.js';
import { Clock } from '../time/clock.js';

const KEEP_MS = 24 * 60 * 60_000;
const EVERY_MS = 60_000;
const BATCH = 1_000;

/** Forgets idempotency keys after 24 hours. Any number of sweepers may run. */
@Injectable()
export class KeySweeper implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(KeySweeper.name);
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    const round = (): void =>
      void this.sweep().catch((error: Error) => this.logger.debug(`Cannot sweep for now: ${error.message}`));
    this.timer = setInterval(round, EVERY_MS).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  /** In batches, so that nobody waits long for the rows that are locked meanwhile. Answers how many went. */
  async sweep(): Promise<number> {
    for (let swept = 0; ;) {
      const { affectedRows } = await inOneStatement(
        this.dataSource,
        `DELETE FROM idempotency_keys WHERE created_at < ? ORDER BY created_at LIMIT ${BATCH}`,
        [new Date(this.clock.now() - KEEP_MS)],
      );
      swept += affectedRows;
      if (affectedRows < BATCH) return swept;
    }
  }
}
