import type { FastifyReply, FastifyRequest } from 'fastify';
import { sendProblem } from './problem.filter.js';

/** Authenticates admins by HTTP Basic, for pages that a browser opens. */
export abstract class AdminsOnly {
  /** @throws DomainError unless an admin sends the request */
  abstract admit(request: FastifyRequest): Promise<void>;

  /** An `onRequest` hook that challenges everybody but admins. */
  async orAnswer(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> {
    try {
      await this.admit(request);
      return undefined;
    } catch (error) {
      void reply.header('www-authenticate', 'Basic realm="Clinica", charset="UTF-8"');
      sendProblem(error, request, reply);
      return reply;
    }
  }
}
