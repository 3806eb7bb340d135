import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { tokenRevoked } from '../../errors/domain-error.js';
import type { AccountContext } from '../../http/context.js';
import { Clock } from '../../time/clock.js';
import type { EpochMs } from '../../time/interval.js';
import { SessionActivity } from './session-activity.js';
import { SessionRepository } from './session.repository.js';
import { LONGEST_TOKEN_MS } from './token.js';
import type { SessionClaims } from './valid-session.sql.js';

export const POLL_EVERY_MS = 1_000;
/** An older poll is not relied on. With the duration of a poll, revocation takes at most five seconds. */
export const MAX_POLL_AGE_MS = 4_000;
/** A transaction may commit some time after the time that it wrote. */
const LATE_COMMITS_MS = 60_000;
const RELOAD_EVERY_MS = 60 * 60_000;

/**
 * Knows the ended sessions whose tokens have not expired yet. Every process polls the database once a second and
 * remembers the result, so checking a token costs no statement. While polling fails, no token is accepted.
 */
@Injectable()
export class Sessions implements OnApplicationBootstrap, OnModuleDestroy {
  /** By account: the lowest version that is valid. */
  private versions = new Map<number, number>();
  /** Sessions that were ended one by one. */
  private ended = new Set<number>();
  /** When the last poll began, by the wall clock and by the monotonic clock. */
  private polledAt: EpochMs = 0;
  private polledAtMonotonic = -Infinity;
  private reloadedAt = -Infinity;
  private polling: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly repository: SessionRepository,
    private readonly activity: SessionActivity,
  ) {}

  onApplicationBootstrap(): void {
    // If a poll fails, the next request that needs it polls again.
    this.timer = setInterval(() => void this.poll().catch(() => undefined), POLL_EVERY_MS).unref();
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.timer);
    await this.polling?.catch(() => undefined);
  }

  /**
   * Whether a token is revoked. If it is not, notes that its session is in use.
   *
   * @throws QueryFailedError while the database is unavailable
   */
  async isRevoked({ id, version, session }: SessionClaims): Promise<boolean> {
    if (performance.now() - this.polledAtMonotonic > MAX_POLL_AGE_MS) await this.poll();
    if (version < (this.versions.get(id) ?? 0)) return true;
    if (session === null) return false;
    if (this.ended.has(session)) return true;
    this.activity.note(session);
    return false;
  }

  /**
   * Locks the actor's account until the transaction ends and checks that their session is still valid. Changes that
   * grant rights or start a session must not rely on a poll that is seconds old.
   *
   * @throws Unauthenticated TOKEN_REVOKED
   */
  async lock({ actor }: AccountContext, tx: EntityManager): Promise<void> {
    if (!(await this.repository.lock(tx, actor))) throw tokenRevoked();
  }

  /**
   * Ends all sessions of an account, including its refresh tokens and an unconfirmed second factor. Returns the version
   * of new tokens. Call `remember` with it after the commit, so this process need not wait for its next poll.
   */
  endAll(tx: EntityManager, accountId: number): Promise<number> {
    return this.repository.endAll(tx, accountId);
  }

  remember(accountId: number, version: number): void {
    this.versions.set(accountId, Math.max(version, this.versions.get(accountId) ?? 0));
  }

  /** Remembers an ended session, so this process need not wait for its next poll. */
  rememberEnded(session: number): void {
    this.ended.add(session);
  }

  private poll(): Promise<void> {
    this.polling ??= this.pollOnce().finally(() => (this.polling = undefined));
    return this.polling;
  }

  private async pollOnce(): Promise<void> {
    const [now, monotonic] = [this.clock.now(), performance.now()];
    const isReload = monotonic - this.reloadedAt > RELOAD_EVERY_MS;
    const since = isReload ? now - LONGEST_TOKEN_MS : this.polledAt;
    const rows = await this.repository.findEndedSince(new Date(since - LATE_COMMITS_MS));
    if (isReload) {
      this.versions = new Map();
      this.ended = new Set();
      this.reloadedAt = monotonic;
    }
    for (const { id, version } of rows) {
      if (version === null) this.rememberEnded(id);
      else this.remember(id, version);
    }
    this.polledAt = now;
    this.polledAtMonotonic = monotonic;
  }
}
