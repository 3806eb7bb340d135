import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { challengeOf } from './challenge.js';
import { problemOf } from './problem.js';
import { note } from './request-notes.js';

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

const BAD_REQUEST = { statusCode: 400 };

/** Turns every error into an `application/problem+json` response. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    sendProblem(error, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }
}

/** Sends the problem for an error, wherever in the server it was thrown. */
export function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  // The error of a client that hangs up mid-body looks like a lost database connection.
  const isHungUp = error !== undefined && error === request.raw.errored;
  const { retryAfterSeconds, ...problem } = problemOf(isHungUp ? BAD_REQUEST : error);
  note(request, { code: problem.code });
  if (problem.status >= 500) request.log.error({ err: error, code: problem.code }, problem.detail);
  if (retryAfterSeconds !== undefined) void reply.header('retry-after', String(retryAfterSeconds));
  const challenge = challengeOf(problem, request.headers.authorization);
  if (challenge !== undefined && !reply.hasHeader('www-authenticate'))
    void reply.header('www-authenticate', challenge);
  void reply
    .status(problem.status)
    // A URL that cannot be parsed gets here before the hook that sets this header.
    .header('x-request-id', request.id)
    .header('content-type', PROBLEM_TYPE)
    .send(JSON.stringify({ ...problem, request_id: request.id }));
}
