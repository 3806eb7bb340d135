import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { finalize, type Observable } from 'rxjs';
import { placeOf } from './request-limits.js';

/** Has each request keep its place among those under way until its work has ended, body checks included. */
@Injectable()
export class PlaceInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const place = placeOf(context.switchToHttp().getRequest<FastifyRequest>());
    place?.begin();
    return next.handle().pipe(finalize(() => place?.end()));
  }
}
