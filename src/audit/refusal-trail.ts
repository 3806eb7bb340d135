import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { rateLimitKey } from '../http/rate-limits/rate-limit-key.js';
import { type Actor, type Context, SYSTEM_CONTEXT } from '../http/context.js';
import { Clock } from '../time/clock.js';
import type { EpochMs } from '../time/interval.js';
import type { AuditAction } from './audit-action.js';
import { AuditTrail, type Particulars } from './audit-trail.js';

/** How long equal refusals are counted together. */
const COUNT_INTERVAL_MS = 60_000;
/** The most kinds of refusal that are counted separately at one time. */
const MAX_KINDS = 500;
/** The same for one account and for one network address, so that one person's accounts cannot use up all of them. */
const MAX_KINDS_OF_ACCOUNT = 10;
const MAX_KINDS_OF_ADDRESS = 60;
/** The most accounts and addresses whose kinds beyond those limits are counted, one count for each. */
const MAX_ACTORS = 2_000;
const WRITE_INTERVAL_MS = 5_000;

/** An action that was refused. */
export interface RefusedAction {
  readonly action: AuditAction;
  /** The account; 0 where there is none. */
  readonly subjectId: number;
  readonly particulars: Particulars;
}

interface Counted {
  readonly context: Context;
  readonly refused: RefusedAction;
  readonly since: EpochMs;
  /** Refusals that no event records yet. */
  count: number;
}

/** Refusals of the same action, to the same actor and from the same network address. */
interface Kind extends Counted {
  readonly accountId: number | null;
  /** The network address, as rate limits count it. */
  readonly addressKey: string;
}

/**
 * Records refusals in the audit trail, without letting a flood fill it. The first refusal of a kind is an event at
 * once; those of the following minute are one event together, with their `count`. If an account or an address has too
 * many kinds, its other refusals are one event per minute and action.
 */
@Injectable()
export class RefusalTrail implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(RefusalTrail.name);
  private readonly kinds = new Map<string, Kind>();
  /** Refusals beyond the limits, by account or address. */
  private readonly overflow = new Map<string, Counted>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly dataSource: DataSource,
    private readonly audit: AuditTrail,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.writeCounts(), WRITE_INTERVAL_MS).unref();
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.timer);
    await this.writeCounts(Infinity);
  }

  /** Never fails: a refusal that cannot be recorded is logged. */
  async record({ actor, requestId }: Context, refused: RefusedAction): Promise<void> {
    const { action, subjectId, particulars } = refused;
    const key = JSON.stringify([action, subjectId, actor.id, actor.address, particulars]);
    const kind = this.kinds.get(key);
    if (kind) {
      kind.count += 1;
      return;
    }
    const addressKey = rateLimitKey(actor.address ?? '');
    if (!this.hasRoomFor(actor.id, addressKey)) return this.countOverflow(actor, refused, addressKey);
    // Without the idempotency key: the request's body may contain a password, which must not stay in memory.
    const context = { actor, requestId };
    const since = this.clock.now();
    this.kinds.set(key, { context, refused, since, accountId: actor.id, addressKey, count: 0 });
    await this.write(context, refused);
  }

  /** Writes the counts that are complete, each once, even if several calls run at the same time. */
  async writeCounts(now: EpochMs = this.clock.now()): Promise<void> {
    for (const counts of [this.kinds, this.overflow]) {
      for (const [key, counted] of [...counts]) {
        const { context, refused, since, count } = counted;
        const isWritten = counts.get(key) !== counted;
        if (isWritten || now - since < COUNT_INTERVAL_MS) continue;
        counts.delete(key);
        if (count === 0) continue;
        await this.write(context, { ...refused, particulars: { ...refused.particulars, count } });
      }
    }
  }

  private hasRoomFor(accountId: number | null, addressKey: string): boolean {
    if (this.kinds.size >= MAX_KINDS) return false;
    const kinds = [...this.kinds.values()];
    if (kinds.filter((kind) => kind.addressKey === addressKey).length >= MAX_KINDS_OF_ADDRESS) return false;
    if (accountId === null) return true;
    return kinds.filter((kind) => kind.accountId === accountId).length < MAX_KINDS_OF_ACCOUNT;
  }

  /**
   * Counts a refusal by its account, or by its address if it has none. Beyond the limit, counts all actors together.
   */
  private countOverflow(actor: Actor, { action, subjectId }: RefusedAction, addressKey: string): void {
    const scope = actor.id === null ? 'address' : 'account';
    let key = JSON.stringify([action, scope, actor.id ?? addressKey]);
    let counted: Pick<Counted, 'context' | 'refused'> = {
      context: { actor, requestId: null },
      refused: { action, subjectId: actor.id === null ? 0 : subjectId, particulars: { of: scope } },
    };
    const isFull = actor.id === null && this.kinds.size >= MAX_KINDS;
    if (isFull || (!this.overflow.has(key) && this.overflow.size >= MAX_ACTORS)) {
      key = action;
      counted = { context: SYSTEM_CONTEXT, refused: { action, subjectId: 0, particulars: { of: 'many' } } };
    }
    const existing = this.overflow.get(key);
    if (existing) existing.count += 1;
    else this.overflow.set(key, { ...counted, since: this.clock.now(), count: 1 });
  }

  private async write(context: Context, { action, subjectId, particulars }: RefusedAction): Promise<void> {
    try {
      await this.audit.record(context, this.dataSource, action, subjectId, particulars);
    } catch (error) {
      this.logger.warn(`Cannot record ${action} in the audit trail: ${(error as Error).message}`);
    }
  }
}
