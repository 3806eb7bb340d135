import type { FastifyReply, FastifyRequest } from 'fastify';
import { sendProblem } from './problem.filter.js';

/** Authenticates admins by HTTP Basic, for pages that a browser opens. */
export abstract class AdminAuthentication {
  /** @throws DomainError unless an admin sends the request */
  abstract authenticateAdmin(request: FastifyRequest): Promise<void>;

  /** An `onRequest` hook that challenges everybody but admins. */
  async challengeUnlessAdmin(
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<FastifyReply | undefined> {
    try {
      await this.authenticateAdmin(request);
      return undefined;
    } catch (error) {
      void reply.header('www-authenticate', 'Basic realm="Clinica", charset="UTF-8"');
      sendProblem(error, request, reply);
      return reply;
    }
  }
}
