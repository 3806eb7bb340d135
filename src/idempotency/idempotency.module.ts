import { Module } from '@nestjs/common';
import { IdempotentRequests } from './idempotent-requests.js';

/** Requests with a key of their own are done once. */
@Module({ providers: [IdempotentRequests], exports: [IdempotentRequests] })
export class IdempotencyModule {}
