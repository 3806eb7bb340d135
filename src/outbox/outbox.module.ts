import { Module } from '@nestjs/common';
import { FailingNotifications } from './failing-notifications.js';
import { Ledger } from './ledger.js';
import { Outbox } from './outbox.js';

/** The notification ledger. */
@Module({
  providers: [FailingNotifications, Ledger, Outbox],
  exports: [FailingNotifications, Ledger, Outbox],
})
export class OutboxModule {}
