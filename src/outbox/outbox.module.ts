import { Module } from '@nestjs/common';
import { FailingNotifications } from './failing-notifications.js';
import { Ledger } from './ledger.js';
import { MailedAddresses } from './mailed-addresses.js';
import { Outbox } from './outbox.js';

/** The notification ledger. */
@Module({
  providers: [FailingNotifications, Ledger, MailedAddresses, Outbox],
  exports: [FailingNotifications, Ledger, MailedAddresses, Outbox],
})
export class OutboxModule {}
