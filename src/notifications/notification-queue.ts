import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { OutboxEnvironment } from '../config/outbox.environment.js';
import { FAIL_FAST, redisOptions } from '../redis/redis.js';
import type { ClaimedRow, LeasedRow } from '../outbox/ledger.repository.js';

export const QUEUE_NAME = 'notifications';

/** BullMQ takes jobs with any priority after those without one. */
const LAST = 1;

/** What a job carries: which row to send, and for operators which attempt at what it is. Nothing of a person. */
export interface NotificationJob extends LeasedRow {
  readonly kind?: string;
  /** From 1. */
  readonly attempt?: number;
  /** ISO 8601, UTC. */
  readonly due_at?: string;
}

/** The queue between the relay and the senders. It may be lost at any time: the ledger remembers. */
@Injectable()
export class NotificationQueue implements OnApplicationShutdown {
  readonly queue: Queue<NotificationJob>;
  // Of our own, since BullMQ cannot end one that is just trying to connect.
  private readonly redis: Redis;

  constructor(environment: OutboxEnvironment) {
    this.redis = new Redis({ ...redisOptions(environment), ...FAIL_FAST });
    this.queue = new Queue(QUEUE_NAME, {
      connection: this.redis,
      // Neither waits for Redis: while it is away commands fail at once, and work again when it is back.
      skipWaitingForReady: true,
      skipVersionCheck: true,
      defaultJobOptions: {
        // The ledger decides about another attempt; the queue keeps only what operators like to look at.
        attempts: 1,
        removeOnComplete: { count: 1000 },
        removeOnFail: { count: 1000 },
      },
    });
    // Every connection error comes here too, several a second while Redis is away.
    this.queue.on('error', (error) => new Logger(NotificationQueue.name).debug(error.message));
  }

  /** How many jobs wait for a sender: those that come first, and those that come after all of these. */
  async waiting(): Promise<{ first: number; last: number }> {
    const { waiting = 0, prioritized = 0 } = await this.queue.getJobCounts('waiting', 'prioritized');
    return { first: waiting, last: prioritized };
  }

  /**
   * Queues rows. Each taking of a row is a job of its own: BullMQ ignores an id that it has seen before.
   *
   * @param isLast whether they are sent only while no others wait
   */
  async add(rows: readonly (LeasedRow & Partial<ClaimedRow>)[], isLast = false): Promise<void> {
    await this.queue.addBulk(
      rows.map(({ id, lease, kind, attempts, due_at }) => ({
        name: 'send',
        data: {
          id,
          lease,
          ...(kind !== undefined && { kind }),
          ...(attempts !== undefined && { attempt: attempts + 1 }),
          ...(due_at !== undefined && { due_at: due_at.toISOString() }),
        },
        opts: { jobId: `notification-${id}-${lease}`, ...(isLast && { priority: LAST }) },
      })),
    );
  }

  /** Last of all: until then requests may come, and relays give back what they hold. */
  async onApplicationShutdown(): Promise<void> {
    await this.queue.close();
    this.redis.disconnect();
  }
}
