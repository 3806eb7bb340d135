import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { rateLimitKey } from '../http/rate-limits/rate-limit-key.js';
import { type Actor, type Context, SYSTEM_CONTEXT } from '../http/context.js';
import { Clock } from '../time/clock.js';
import type { EpochMs } from '../time/interval.js';
import type { AuditAction } from './audit-action.js';
import { AuditTrail, type Particulars } from './audit-trail.js';

/** How long equal refusals are counted together. */
const COUNTED_FOR_MS = 60_000;
/** Kinds of refusal that are counted separately at a time. */
const MOST_KINDS = 500;
/** The same for one account and for one network address, so that one person's accounts cannot use up all of them. */
const MOST_KINDS_OF_ACCOUNT = 10;
const MOST_KINDS_OF_ADDRESS = 60;
/** Accounts and addresses of which the kinds beyond that are counted together. */
const MOST_CALLERS = 2_000;
const EVERY_MS = 5_000;

/** Something that was refused. */
export interface Refused {
  readonly action: AuditAction;
  /** The account; 0 where there is none. */
  readonly subjectId: number;
  readonly particulars: Particulars;
}

interface Counted {
  readonly context: Context;
  readonly refused: Refused;
  readonly since: EpochMs;
  more: number;
}

/** One kind of refusal, in what, to whom and from where. */
interface Kind extends Counted {
  readonly accountId: number | null;
  /** The network address, as it is limited. */
  readonly from: string;
}

/**
 * Records refusals in the audit trail. A flood of them must not fill it: of those that are alike, in what, to whom and
 * from where, the first is an event at once, and those of the following minute are one event together, with their
 * `count`. If an account or an address has too many kinds, the others are one event per minute and action.
 */
@Injectable()
export class RefusalTrail implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(RefusalTrail.name);
  private readonly kinds = new Map<string, Kind>();
  /** By account or address: the kinds beyond the limit. */
  private readonly others = new Map<string, Counted>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly dataSource: DataSource,
    private readonly audit: AuditTrail,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.writeCounts(), EVERY_MS).unref();
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.timer);
    await this.writeCounts(Infinity);
  }

  /** Never fails: what cannot be recorded is said in the log. */
  async record({ actor, requestId }: Context, refused: Refused): Promise<void> {
    const { action, subjectId, particulars } = refused;
    const name = JSON.stringify([action, subjectId, actor.id, actor.address, particulars]);
    const known = this.kinds.get(name);
    if (known) {
      known.more += 1;
      return;
    }
    const from = rateLimitKey(actor.address ?? '');
    if (!this.hasRoomFor(actor.id, from)) return this.countTogether(actor, refused, from);
    // Without the request's key: its body may hold a password, which must not stay in memory.
    const context = { actor, requestId };
    const since = this.clock.now();
    this.kinds.set(name, { context, refused, since, accountId: actor.id, from, more: 0 });
    await this.write(context, refused);
  }

  /** Writes the counts that are complete. */
  async writeCounts(now: EpochMs = this.clock.now()): Promise<void> {
    for (const counts of [this.kinds, this.others]) {
      for (const [name, { context, refused, since, more }] of [...counts]) {
        if (now - since < COUNTED_FOR_MS) continue;
        counts.delete(name);
        if (more === 0) continue;
        await this.write(context, { ...refused, particulars: { ...refused.particulars, count: more } });
      }
    }
  }

  private hasRoomFor(accountId: number | null, from: string): boolean {
    if (this.kinds.size >= MOST_KINDS) return false;
    const kinds = [...this.kinds.values()];
    if (kinds.filter((kind) => kind.from === from).length >= MOST_KINDS_OF_ADDRESS) return false;
    if (accountId === null) return true;
    return kinds.filter((kind) => kind.accountId === accountId).length < MOST_KINDS_OF_ACCOUNT;
  }

  /** Counts a refusal by its account, or by its address if it has none. Beyond the limit, counts all callers together. */
  private countTogether(actor: Actor, { action, subjectId }: Refused, from: string): void {
    const together = actor.id === null ? 'address' : 'account';
    let name = JSON.stringify([action, together, actor.id ?? from]);
    let counted: Pick<Counted, 'context' | 'refused'> = {
      context: { actor, requestId: null },
      refused: { action, subjectId: actor.id === null ? 0 : subjectId, particulars: { of: together } },
    };
    const isFull = actor.id === null && this.kinds.size >= MOST_KINDS;
    if (isFull || (!this.others.has(name) && this.others.size >= MOST_CALLERS)) {
      name = action;
      counted = { context: SYSTEM_CONTEXT, refused: { action, subjectId: 0, particulars: { of: 'many' } } };
    }
    const known = this.others.get(name);
    if (known) known.more += 1;
    else this.others.set(name, { ...counted, since: this.clock.now(), more: 1 });
  }

  private async write(context: Context, { action, subjectId, particulars }: Refused): Promise<void> {
    try {
      await this.audit.record(context, this.dataSource, action, subjectId, particulars);
    } catch (error) {
      this.logger.warn(`Cannot record ${action} in the audit trail: ${(error as Error).message}`);
    }
  }
}
