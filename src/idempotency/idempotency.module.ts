import { Module } from '@nestjs/common';
import { IdempotentRequests } from './idempotent-requests.js';
import { KeyGuard } from './key.guard.js';

/** Requests with a key of their own are done once. */
@Module({
  providers: [IdempotentRequests, KeyGuard],
  exports: [IdempotentRequests, KeyGuard],
})
export class IdempotencyModule {}
