import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { IdempotencyKey } from './idempotency-key.entity.js';
import { IdempotentRequests } from './idempotent-requests.js';
import { KeyGuard } from './key.guard.js';

/** Executes requests with an `Idempotency-Key` once. */
@Module({
  imports: [TypeOrmModule.forFeature([IdempotencyKey])],
  providers: [IdempotentRequests, KeyGuard],
  exports: [IdempotentRequests, KeyGuard],
})
export class IdempotencyModule {}
