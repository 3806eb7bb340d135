import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditModule } from '../audit/audit.module.js';
import { AddressMail } from './address-mail.entity.js';
import { Changes } from './changes.js';
import { FailingNotifications } from './failing-notifications.js';
import { Ledger } from './ledger.repository.js';
import { MailedAddress } from './mailed-address.entity.js';
import { MailedAddresses } from './mailed-addresses.js';
import { Notification } from './notification.entity.js';
import { Outbox } from './outbox.repository.js';

/** The notification ledger, and the record of changes that write to it. */
@Module({
  imports: [AuditModule, TypeOrmModule.forFeature([AddressMail, MailedAddress, Notification])],
  providers: [Changes, FailingNotifications, Ledger, MailedAddresses, Outbox],
  exports: [Changes, FailingNotifications, Ledger, MailedAddresses, Outbox],
})
export class OutboxModule {}
