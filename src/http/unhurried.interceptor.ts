import {
  type CallHandler,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
  UseInterceptors,
} from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { finalize, type Observable } from 'rxjs';

/** Longer than the work of any request takes; a client that goes away ends it before. */
const LONGEST_WORK_MS = 60 * 60_000;

/**
 * Keeps a connection open while the answer is still being worked out. The server otherwise ends connections that have
 * been silent for a while, as those of clients that do not read.
 */
@Injectable()
class UnhurriedInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const { socket } = context.switchToHttp().getRequest<FastifyRequest>().raw;
    const usual = socket.timeout ?? 0;
    socket.setTimeout(LONGEST_WORK_MS);
    return next.handle().pipe(finalize(() => socket.setTimeout(usual)));
  }
}

/** For a route whose answer may take longer than a silent connection is kept. */
export const Unhurried = (): MethodDecorator => UseInterceptors(UnhurriedInterceptor);
