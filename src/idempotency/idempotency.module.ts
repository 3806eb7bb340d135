import { Module } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { IdempotentRequests } from './idempotent-requests.js';
import { KeyInterceptor } from './key.interceptor.js';

/** Requests with a key of their own are done once. */
@Module({
  providers: [IdempotentRequests, { provide: APP_INTERCEPTOR, useClass: KeyInterceptor }],
  exports: [IdempotentRequests],
})
export class IdempotencyModule {}
