import { Module } from '@nestjs/common';
import { Ledger } from './ledger.js';
import { Outbox } from './outbox.js';

/** The notification ledger. */
@Module({ providers: [Outbox, Ledger], exports: [Outbox, Ledger] })
export class OutboxModule {}
