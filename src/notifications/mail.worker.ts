import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Worker } from 'bullmq';
import { WorkerEnvironment } from '../config/worker.environment.js';
import { redisOptions } from '../redis/redis.js';
import { MailSender } from './mail.sender.js';
import { type NotificationJob, QUEUE_NAME } from './notification-queue.js';

const RETRY_MS = 1_000;
const CLOSE_GRACE_MS = 2_000;

/** Takes jobs from the queue and passes them to the sender, MAIL_CONCURRENCY at a time. */
@Injectable()
export class MailWorker implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(MailWorker.name);
  private readonly worker: Worker<NotificationJob, string>;
  private readonly sending = new Set<Promise<string>>();

  constructor(
    private readonly sender: MailSender,
    environment: WorkerEnvironment,
  ) {
    this.worker = new Worker<NotificationJob, string>(QUEUE_NAME, ({ data }) => this.send(data), {
      autorun: false,
      // The check is a Redis command at start, and the worker would not survive its failure.
      skipVersionCheck: true,
      concurrency: environment.MAIL_CONCURRENCY,
      runRetryDelay: RETRY_MS,
      connection: { ...redisOptions(environment), maxRetriesPerRequest: null },
    });
    // Includes connection errors: several a second while Redis is away.
    this.worker.on('error', (error) => this.logger.debug(error.message));
  }

  onApplicationBootstrap(): void {
    void this.worker.run();
  }

  /** Waits for the mails that are being sent. */
  async onModuleDestroy(): Promise<void> {
    this.sender.stop();
    // While Redis is away, BullMQ's `close` waits for it. There is no need to: once the sendings have finished, the
    // ledger has every outcome.
    await Promise.race([this.worker.close(), this.sendingsFinished()]);
  }

  private async send(job: NotificationJob): Promise<string> {
    // Admins can add jobs by hand in the dashboard.
    if (!Number.isSafeInteger(job.id) || !Number.isSafeInteger(job.lease)) return 'no notification';
    const sending = this.sender.send(job);
    this.sending.add(sending);
    try {
      return await sending;
    } catch (error) {
      this.logger.error(error);
      // Redis keeps a failed job's error with its stack, and a database error may quote personal data.
      throw withoutDetails(error);
    } finally {
      this.sending.delete(sending);
    }
  }

  private async sendingsFinished(): Promise<void> {
    do {
      await Promise.allSettled(this.sending);
      await sleep(CLOSE_GRACE_MS, undefined, { ref: false });
    } while (this.sending.size > 0);
  }
}

function withoutDetails(error: unknown): Error {
  const { name } = error instanceof Error ? error : { name: typeof error };
  const failure = new Error(`${name}: see the worker's log for details`);
  delete failure.stack;
  return failure;
}
