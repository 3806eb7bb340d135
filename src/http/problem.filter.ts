import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { challengeOf } from './challenge.js';
import { problemOf } from './problem.js';
import { note } from './request-notes.js';

const UNREADABLE = { statusCode: 400 };

/** Answers every error as `application/problem+json`; the only place that knows statuses. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    answerProblem(error, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }
}

/** Writes the problem for an error, wherever in the server it arose. */
export function answerProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  // A client that hangs up in mid-body looks like a lost connection to the database.
  const isHungUp = error !== undefined && error === request.raw.errored;
  const { retryAfterSeconds, ...problem } = problemOf(isHungUp ? UNREADABLE : error);
  note(request, { code: problem.code });
  if (problem.status >= 500) request.log.error({ err: error, code: problem.code }, problem.detail);
  if (retryAfterSeconds !== undefined) void reply.header('retry-after', String(retryAfterSeconds));
  const challenge = challengeOf(problem, request.headers.authorization);
  if (challenge !== undefined && !reply.hasHeader('www-authenticate'))
    void reply.header('www-authenticate', challenge);
  void reply
    .status(problem.status)
    // An address that cannot be read gets here before the hook that sets it for all others.
    .header('x-request-id', request.id)
    .header('content-type', 'application/problem+json; charset=utf-8')
    .send(JSON.stringify({ ...problem, request_id: request.id }));
}
