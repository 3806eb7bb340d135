import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { forgetAddressHashes } from '../auth/accounts/old-links.js';
import { deleteExpiredRefreshTokens } from '../auth/sessions/refresh-token.repository.js';
import { deleteExpiredSessions } from '../auth/sessions/session.repository.js';
import type { Sweep } from '../database/in-batches.js';
import { deleteExpiredKeys } from '../idempotency/old-keys.js';
import { deleteOldAddressMails } from '../outbox/address-mail.repository.js';
import { deleteOldMailedAddresses } from '../outbox/mailed-address.repository.js';
import { Clock } from '../time/clock.js';
import { Retention } from './retention/retention.js';

/** Data with a fixed lifetime, whatever the retention settings. */
const SWEEPS: readonly Sweep[] = [
  deleteExpiredKeys,
  deleteExpiredRefreshTokens,
  deleteExpiredSessions,
  deleteOldAddressMails,
  deleteOldMailedAddresses,
  forgetAddressHashes,
];
const EVERY_MS = 60_000;

/** Deletes expired data once a minute. Any number of sweepers may run. */
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
    this.timer = setInterval(() => void this.sweepUnlessRunning(), EVERY_MS).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  /** @returns how many rows were deleted or redacted */
  async sweep(): Promise<number> {
    let swept = 0;
    const now = new Date(this.clock.now());
    for (const sweep of SWEEPS) swept += await sweep(this.dataSource, now);
    return swept + (await this.retention.apply());
  }

  /** The first round over years of data takes longer than the interval. */
  private async sweepUnlessRunning(): Promise<void> {
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
}
