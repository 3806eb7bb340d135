import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { OutboxEnvironment } from '../config/outbox.environment.js';
import { FAIL_FAST, redisOptions } from '../redis/redis.js';
import type { ClaimedRow, LeasedRow } from '../outbox/ledger.repository.js';

export const QUEUE_NAME = 'notifications';

/** BullMQ takes jobs with a priority after those without one. */
const LOW_PRIORITY = 1;

/** The data of a job: the row to send, and its kind and attempt for operators. No personal data. */
export interface NotificationJob extends LeasedRow {
  readonly kind?: string;
  /** From 1. */
  readonly attempt?: number;
  /** ISO 8601, UTC. */
  readonly due_at?: string;
}

/** The queue between the relay and the senders. It may be lost at any time: the ledger has every notification. */
@Injectable()
export class NotificationQueue implements OnApplicationShutdown {
  readonly queue: Queue<NotificationJob>;
  // Opened here because BullMQ cannot close a connection that is still connecting.
  private readonly redis: Redis;

  constructor(environment: OutboxEnvironment) {
    this.redis = new Redis({ ...redisOptions(environment), ...FAIL_FAST });
    this.queue = new Queue(QUEUE_NAME, {
      connection: this.redis,
      // While Redis is away, commands fail at once instead of waiting.
      skipWaitingForReady: true,
      skipVersionCheck: true,
      defaultJobOptions: {
        // The ledger schedules further attempts. Finished jobs are kept for operators to look at.
        attempts: 1,
        removeOnComplete: { count: 1000 },
        removeOnFail: { count: 1000 },
      },
    });
    // Includes connection errors: several a second while Redis is away.
    this.queue.on('error', (error) => new Logger(NotificationQueue.name).debug(error.message));
  }

  /** How many jobs wait for a sender, by priority. */
  async countWaiting(): Promise<{ normal: number; low: number }> {
    const { waiting = 0, prioritized = 0 } = await this.queue.getJobCounts('waiting', 'prioritized');
    return { normal: waiting, low: prioritized };
  }

  /**
   * Queues rows. The job id contains the lease, because BullMQ ignores an id that it has seen before.
   *
   * @param isLowPriority whether they are sent only while no other jobs wait
   */
  async add(rows: readonly (LeasedRow & Partial<ClaimedRow>)[], isLowPriority = false): Promise<void> {
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
        opts: { jobId: `notification-${id}-${lease}`, ...(isLowPriority && { priority: LOW_PRIORITY }) },
      })),
    );
  }

  /** In the last phase of a shutdown: until then requests may still arrive, and relays release their claims. */
  async onApplicationShutdown(): Promise<void> {
    await this.queue.close();
    this.redis.disconnect();
  }
}
