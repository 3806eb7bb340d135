import { Module } from '@nestjs/common';
import { Ledger } from './ledger.js';
import { MailedAddresses } from './mailed-addresses.js';
import { Outbox } from './outbox.js';

/** The notification ledger. */
@Module({ providers: [Outbox, Ledger, MailedAddresses], exports: [Outbox, Ledger, MailedAddresses] })
export class OutboxModule {}
