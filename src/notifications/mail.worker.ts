import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Worker } from 'bullmq';
import { WorkerEnvironment } from '../config/worker.environment.js';
import { redisOptions } from '../redis/redis.js';
import { MailSender } from './mail.sender.js';
import { type NotificationJob, QUEUE_NAME } from './notification-queue.js';

const RETRY_MS = 1_000;
const FAREWELL_MS = 2_000;

/** Takes jobs from the queue and has them sent, a few at a time. */
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
      // The check is a command at the start, whose failure the worker would not survive.
      skipVersionCheck: true,
      concurrency: environment.MAIL_CONCURRENCY,
      runRetryDelay: RETRY_MS,
      connection: { ...redisOptions(environment), maxRetriesPerRequest: null },
    });
    // Every connection error comes here too, several a second while Redis is away.
    this.worker.on('error', (error) => this.logger.debug(error.message));
  }

  onApplicationBootstrap(): void {
    void this.worker.run();
  }

  /** Lets the mails that are being sent end. */
  async onModuleDestroy(): Promise<void> {
    this.sender.stop();
    // BullMQ ends only when Redis has heard of it, and waits for a Redis that is away. The ledger knows all
    // there is to know once the sending has ended.
    await Promise.race([this.worker.close(), this.allSent()]);
  }

  private async send(job: NotificationJob): Promise<string> {
    // The dashboard lets admins add jobs by hand.
    if (!Number.isSafeInteger(job.id) || !Number.isSafeInteger(job.lease)) return 'no notification';
    const sending = this.sender.send(job);
    this.sending.add(sending);
    try {
      return await sending;
    } catch (error) {
      this.logger.error(error);
      // Redis keeps why a job failed, with the stack. An error of the database may quote what it was given.
      throw withoutParticulars(error);
    } finally {
      this.sending.delete(sending);
    }
  }

  private async allSent(): Promise<void> {
    do {
      await Promise.allSettled(this.sending);
      await sleep(FAREWELL_MS, undefined, { ref: false });
    } while (this.sending.size > 0);
  }
}

function withoutParticulars(error: unknown): Error {
  const { name } = error instanceof Error ? error : { name: typeof error };
  const failure = new Error(`${name}: the worker's log has the particulars`);
  delete failure.stack;
  return failure;
}
