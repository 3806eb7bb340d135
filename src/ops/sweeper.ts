import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { REMEMBERED_MS } from '../auth/accounts/link-pause.js';
import { inOneStatement } from '../database/in-one-statement.js';
import { Clock } from '../time/clock.js';
import { forgetAddressHashes } from './retention/old-mails.js';
import { Retention } from './retention/retention.js';

const DAY_MS = 24 * 60 * 60_000;

/** What is of no use after a moment of its own, whatever a clinic wants to keep. */
const KEPT = [
  { table: 'idempotency_keys', since: 'created_at', keepMs: DAY_MS },
  { table: 'refresh_tokens', since: 'expires_at', keepMs: 0 },
  { table: 'sessions', since: 'expires_at', keepMs: 0 },
  { table: 'address_mails', since: 'mailed_at', keepMs: DAY_MS },
  { table: 'mailed_addresses', since: 'counted_at', keepMs: DAY_MS },
] as const;
const EVERY_MS = 60_000;
const BATCH = 1_000;

/** Forgets what has had its time. Any number of sweepers may run. */
@Injectable()
export class Sweeper implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(Sweeper.name);
  private timer: NodeJS.Timeout | undefined;
  private isSweeping = false;

  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly retention: Retention,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.sweepUnlessSweeping(), EVERY_MS).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  /** Answers how many rows were swept. */
  async sweep(): Promise<number> {
    let swept = 0;
    for (const { table, since, keepMs } of KEPT) {
      swept += await this.sweepTable(table, since, new Date(this.clock.now() - keepMs));
    }
    swept += await forgetAddressHashes(this.dataSource, new Date(this.clock.now() - REMEMBERED_MS));
    return swept + (await this.retention.apply());
  }

  /** The first round on years of data takes longer than the time between two. */
  private async sweepUnlessSweeping(): Promise<void> {
    if (this.isSweeping) return;
    this.isSweeping = true;
    try {
      await this.sweep();
    } catch (error) {
      this.logger.debug(`Cannot sweep for now: ${(error as Error).message}`);
    } finally {
      this.isSweeping = false;
    }
  }

  /** In batches, so that nobody waits long for the rows that are locked meanwhile. */
  private async sweepTable(table: string, since: string, before: Date): Promise<number> {
    for (let swept = 0; ;) {
      const { affectedRows } = await inOneStatement(
        this.dataSource,
        `DELETE FROM ${table} WHERE ${since} < ? ORDER BY ${since} LIMIT ${BATCH}`,
        [before],
      );
      swept += affectedRows;
      if (affectedRows < BATCH) return swept;
    }
  }
}
