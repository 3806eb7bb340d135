import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { ApiEnvironment } from '../../config/api.environment.js';
import { Clock } from '../../time/clock.js';
import type { EpochMs } from '../../time/interval.js';
import { SessionRepository } from './session.repository.js';

/** How stale the `last_seen_at` of a session in use may be. */
const WRITE_EVERY_MS = 60_000;
/** Sessions per statement. */
const MOST_AT_ONCE = 1_000;
const MOST_REMEMBERED = 100_000;
const EVERY_MS = 1_000;
const END_IDLE_EVERY_MS = 10_000;

/**
 * Tracks when sessions were last used. A request only notes its session in memory. Once a second, `write` stores all
 * notes in one statement, at most once a minute for each session, and ends sessions that were idle too long.
 */
@Injectable()
export class SessionActivity implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(SessionActivity.name);
  private readonly unwritten = new Set<number>();
  private readonly writtenAt = new LRUCache<number, EpochMs>({ max: MOST_REMEMBERED });
  private idleEndedAt = -Infinity;
  private writing: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly repository: SessionRepository,
    private readonly clock: Clock,
    private readonly environment: ApiEnvironment,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.write(), EVERY_MS).unref();
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.timer);
    await this.write();
  }

  note(session: number): void {
    if (this.clock.now() - (this.writtenAt.get(session) ?? 0) >= WRITE_EVERY_MS) this.unwritten.add(session);
  }

  /** Keeps the notes if it cannot write them. */
  write(): Promise<void> {
    this.writing ??= this.writeOnce()
      .catch((error: Error) => this.logger.debug(`Cannot write session activity: ${error.message}`))
      .finally(() => (this.writing = undefined));
    return this.writing;
  }

  private async writeOnce(): Promise<void> {
    // First: a request must not revive a session that was already idle too long.
    await this.endIdle();
    const ids = [...this.unwritten].sort((one, other) => one - other).slice(0, MOST_AT_ONCE);
    await this.repository.touch(ids);
    const now = this.clock.now();
    for (const id of ids) {
      this.unwritten.delete(id);
      this.writtenAt.set(id, now);
    }
  }

  /** Allows a minute more than the limit, because `last_seen_at` may be a minute old. */
  private async endIdle(): Promise<void> {
    const { SESSION_IDLE_MINUTES } = this.environment;
    const timer = performance.now();
    if (SESSION_IDLE_MINUTES === 0 || timer - this.idleEndedAt < END_IDLE_EVERY_MS) return;
    await this.repository.endIdle(this.clock.now() - SESSION_IDLE_MINUTES * 60_000 - WRITE_EVERY_MS);
    this.idleEndedAt = timer;
  }
}
