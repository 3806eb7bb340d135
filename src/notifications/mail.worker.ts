import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Worker } from 'bullmq';
import { Environment } from '../config/environment.js';
import { redisOptions } from '../database/redis.js';
import { MailSender } from './mail.sender.js';
import { type NotificationJob, QUEUE_NAME } from './notification-queue.js';

/** Takes jobs from the queue and has them sent, a few at a time. */
@Injectable()
export class MailWorker implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly worker: Worker<NotificationJob, string>;

  constructor(sender: MailSender, environment: Environment) {
    const logger = new Logger(MailWorker.name);
    this.worker = new Worker<NotificationJob, string>(QUEUE_NAME, (job) => sender.send(job.data), {
      autorun: false,
      // The check is a command at the start, whose failure the worker would not survive.
      skipVersionCheck: true,
      concurrency: environment.MAIL_CONCURRENCY,
      connection: { ...redisOptions(environment), maxRetriesPerRequest: null },
    });
    this.worker.on('failed', (_, error) => logger.error(error));
    // Every connection error comes here too, several a second while Redis is away.
    this.worker.on('error', (error) => logger.debug(error.message));
  }

  onApplicationBootstrap(): void {
    void this.worker.run();
  }

  /** Lets the mails that are being sent end. */
  async onModuleDestroy(): Promise<void> {
    await this.worker.close();
  }
}
