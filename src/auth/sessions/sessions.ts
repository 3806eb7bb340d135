import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { tokenEnded } from '../../errors/domain-error.js';
import type { AccountContext } from '../../http/context.js';
import { Clock } from '../../time/clock.js';
import type { EpochMs } from '../../time/interval.js';
import { SessionActivity } from './session-activity.js';
import { SessionRepository } from './session.repository.js';
import { LONGEST_TOKEN_MS } from './token.js';
import type { TokenOf } from './valid-session.sql.js';

export const LOOK_EVERY_MS = 1_000;
/** A look that is older is not relied on: with the time that an answer takes, within five seconds. */
export const GOOD_FOR_MS = 4_000;
/** A transaction may commit some time after the moment that it wrote down. */
const LATE_COMMITS_MS = 60_000;
const ALL_OVER_AGAIN_MS = 60 * 60_000;

/**
 * Which sessions were ended, one by one or all of an account, while tokens of theirs may still be about. Every process
 * asks the database once a second and remembers the answer, so that a token's check costs no statement; if it cannot ask,
 * no token is good.
 */
@Injectable()
export class Sessions implements OnApplicationBootstrap, OnModuleDestroy {
  /** By account, the version that its tokens must have at least. */
  private versions = new Map<number, number>();
  /** Sessions that were ended by themselves. */
  private ended = new Set<number>();
  /** When the last look began, by the clock; and by a timer that nobody sets. */
  private seenAt: EpochMs = 0;
  private timerAt = -Infinity;
  private allSeenAt = -Infinity;
  private looking: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly repository: SessionRepository,
    private readonly activity: SessionActivity,
  ) {}

  onApplicationBootstrap(): void {
    // What fails is asked again by whoever needs to know.
    this.timer = setInterval(() => void this.lookNow().catch(() => undefined), LOOK_EVERY_MS).unref();
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.timer);
    await this.looking?.catch(() => undefined);
  }

  /**
   * Whether a token has been ended; if not, its session counts as in use.
   *
   * @throws QueryFailedError while the database is away
   */
  async isRevoked({ id, version, session }: TokenOf): Promise<boolean> {
    if (performance.now() - this.timerAt > GOOD_FOR_MS) await this.lookNow();
    if (version < (this.versions.get(id) ?? 0)) return true;
    if (session === null) return false;
    if (this.ended.has(session)) return true;
    this.activity.note(session);
    return false;
  }

  /**
   * Holds somebody's account until the transaction ends, if it still is what their token says: what gives rights, or a new
   * session, does not rely on a look that is seconds old.
   *
   * @throws Unauthenticated TOKEN_REVOKED
   */
  async lock({ actor }: AccountContext, tx: EntityManager): Promise<void> {
    if (!(await this.repository.lock(tx, actor))) throw tokenEnded();
  }

  /**
   * Ends all sessions of an account once the transaction has committed: refresh tokens and a second factor that was begun
   * and not confirmed end too. Returns the version of new tokens. Call `remember` afterwards, so that this process does not
   * wait for its next look.
   */
  endAll(tx: EntityManager, accountId: number): Promise<number> {
    return this.repository.endAll(tx, accountId);
  }

  remember(accountId: number, version: number): void {
    this.versions.set(accountId, Math.max(version, this.versions.get(accountId) ?? 0));
  }

  /** Says that a session was ended, so that this process need not wait for its next look. */
  rememberEnded(session: number): void {
    this.ended.add(session);
  }

  private lookNow(): Promise<void> {
    this.looking ??= this.lookOnce().finally(() => (this.looking = undefined));
    return this.looking;
  }

  private async lookOnce(): Promise<void> {
    const [now, timer] = [this.clock.now(), performance.now()];
    const wantsAll = timer - this.allSeenAt > ALL_OVER_AGAIN_MS;
    const since = wantsAll ? now - LONGEST_TOKEN_MS : this.seenAt;
    const rows = await this.repository.endedSince(new Date(since - LATE_COMMITS_MS));
    if (wantsAll) {
      this.versions = new Map();
      this.ended = new Set();
      this.allSeenAt = timer;
    }
    for (const { id, version } of rows) {
      if (version === null) this.rememberEnded(id);
      else this.remember(id, version);
    }
    this.seenAt = now;
    this.timerAt = timer;
  }
}
