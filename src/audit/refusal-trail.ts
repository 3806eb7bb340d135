import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { countedAs } from '../http/caller-address.js';
import { type Context, SYSTEM_CONTEXT } from '../http/context.js';
import { Clock } from '../time/clock.js';
import type { EpochMs } from '../time/interval.js';
import type { AuditAction } from './audit-action.js';
import { AuditTrail, type Particulars } from './audit-trail.js';

/** How long equal refusals are counted together. */
const COUNTED_FOR_MS = 60_000;
/** Kinds of refusal that are counted separately at a time; all others are counted together. */
const MOST_KINDS = 500;
/** Of one network address: a stranger with many accounts must not use up what tells others apart. */
const MOST_KINDS_OF_ADDRESS = 60;
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
  /** The network address, as it is limited. */
  readonly from: string;
  more: number;
}

/**
 * Records refusals in the audit trail. A flood of them must not fill it: of those that are alike, in what, to whom and
 * from where, the first is an event at once, and those of the following minute are one event together, with their
 * `count`. A process writes a few hundred of them a minute at most.
 */
@Injectable()
export class RefusalTrail implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(RefusalTrail.name);
  private readonly counted = new Map<string, Counted>();
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
    const kind = JSON.stringify([action, subjectId, actor.id, actor.address, particulars]);
    const known = this.counted.get(kind);
    if (known) {
      known.more += 1;
      return;
    }
    const from = countedAs(actor.address ?? '');
    const ofAddress = [...this.counted.values()].filter((each) => each.from === from).length;
    if (this.counted.size >= MOST_KINDS) return this.countTogether(SYSTEM_CONTEXT, action, '');
    if (ofAddress >= MOST_KINDS_OF_ADDRESS) {
      const unnamed = { ...SYSTEM_CONTEXT.actor, address: actor.address };
      return this.countTogether({ ...SYSTEM_CONTEXT, actor: unnamed }, action, from);
    }
    // Without the request's key: its body may hold a password, which must not stay in memory.
    const context = { actor, requestId };
    this.counted.set(kind, { context, refused, since: this.clock.now(), from, more: 0 });
    await this.write(context, refused);
  }

  /** Writes the counts that are complete. */
  async writeCounts(now: EpochMs = this.clock.now()): Promise<void> {
    for (const [kind, { context, refused, since, more }] of [...this.counted]) {
      if (now - since < COUNTED_FOR_MS) continue;
      this.counted.delete(kind);
      if (more === 0) continue;
      await this.write(context, { ...refused, particulars: { ...refused.particulars, count: more } });
    }
  }

  /** One more of those that are not told apart: of one address, or of all. */
  private countTogether(context: Context, action: AuditAction, from: string): void {
    const kind = JSON.stringify([action, from]);
    const known = this.counted.get(kind);
    if (known) {
      known.more += 1;
      return;
    }
    const particulars = { from: from === '' ? 'many' : 'address' };
    this.counted.set(kind, {
      context,
      refused: { action, subjectId: 0, particulars },
      since: this.clock.now(),
      from,
      more: 1,
    });
  }

  private async write(context: Context, { action, subjectId, particulars }: Refused): Promise<void> {
    try {
      await this.audit.record(context, this.dataSource, action, subjectId, particulars);
    } catch (error) {
      this.logger.warn(`Cannot record ${action} in the audit trail: ${(error as Error).message}`);
    }
  }
}
