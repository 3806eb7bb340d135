import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AddressMail } from './address-mail.entity.js';
import { FailingNotifications } from './failing-notifications.js';
import { Ledger } from './ledger.repository.js';
import { MailedAddress } from './mailed-address.entity.js';
import { MailedAddresses } from './mailed-addresses.js';
import { Notification } from './notification.entity.js';
import { Outbox } from './outbox.repository.js';

/** The notification ledger. */
@Module({
  imports: [TypeOrmModule.forFeature([AddressMail, MailedAddress, Notification])],
  providers: [FailingNotifications, Ledger, MailedAddresses, Outbox],
  exports: [FailingNotifications, Ledger, MailedAddresses, Outbox],
})
export class OutboxModule {}
