import {
  applyDecorators,
  type CallHandler,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
  SetMetadata,
  UseInterceptors,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { type Observable, mergeMap } from 'rxjs';
import { DataSource } from 'typeorm';
import { contextOf, type SignedInRequest } from '../http/context.js';
import type { AuditAction } from './audit-action.js';
import { AuditTrail } from './audit-trail.js';

const ACTION = 'audit:read';

/** Records that an actor read data about others: one event for each answer, before it is sent. */
@Injectable()
class ReadRecorder implements NestInterceptor {
  constructor(
    private readonly reflector: Reflector,
    private readonly dataSource: DataSource,
    private readonly audit: AuditTrail,
  ) {}

  intercept(host: ExecutionContext, next: CallHandler): Observable<unknown> {
    const action = this.reflector.get<AuditAction>(ACTION, host.getHandler());
    const context = contextOf(host.switchToHttp().getRequest<SignedInRequest>());
    return next.handle().pipe(
      mergeMap(async (answer: unknown) => {
        const rows = Array.isArray(answer) ? answer.length : 1;
        await this.audit.record(context, this.dataSource, action, 0, { rows });
        return answer;
      }),
    );
  }
}

/** Marks a route that reads data about others: each read is an event. The route's module imports `AuditModule`. */
export function RecordedRead(action: AuditAction): MethodDecorator {
  return applyDecorators(SetMetadata(ACTION, action), UseInterceptors(ReadRecorder));
}
