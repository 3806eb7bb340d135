import { MailerModule } from '@nestjs-modules/mailer';
import { Module } from '@nestjs/common';
import { WorkerEnvironment } from '../config/worker.environment.js';
import { OutboxModule } from '../outbox/outbox.module.js';
import { MailBudget } from './mail-budget.js';
import { MailSender } from './mail.sender.js';
import { MailWorker } from './mail.worker.js';
import { NotificationReader } from './notification.reader.js';
import { NotificationQueue } from './notification-queue.js';
import { Relay } from './relay.js';
import { mailerOptions } from './smtp-transport.js';

/** Relay, queue and senders: from the ledger to the mail server. Only the worker imports it. */
@Module({
  imports: [
    OutboxModule,
    MailerModule.forRootAsync({ imports: [], inject: [WorkerEnvironment], useFactory: mailerOptions }),
  ],
  providers: [NotificationQueue, NotificationReader, MailBudget, MailSender, MailWorker, Relay],
})
export class NotificationsModule {}
