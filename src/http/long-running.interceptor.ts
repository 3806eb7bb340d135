import {
  type CallHandler,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
  UseInterceptors,
} from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { finalize, type Observable } from 'rxjs';

/** Longer than any request takes. A client that disconnects ends the request earlier. */
const SOCKET_TIMEOUT_MS = 60 * 60_000;

/** Keeps a connection open while the response is computed; the server otherwise closes connections that are idle. */
@Injectable()
class LongRunningInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const { socket } = context.switchToHttp().getRequest<FastifyRequest>().raw;
    const previous = socket.timeout ?? 0;
    socket.setTimeout(SOCKET_TIMEOUT_MS);
    return next.handle().pipe(finalize(() => socket.setTimeout(previous)));
  }
}

/** For a route whose response may take longer than the server's idle timeout. */
export const LongRunning = (): MethodDecorator => UseInterceptors(LongRunningInterceptor);
