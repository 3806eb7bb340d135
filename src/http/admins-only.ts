import type { FastifyReply, FastifyRequest } from 'fastify';
import { answerProblem } from './problem.filter.js';

/** Knows admins by HTTP Basic: for pages that a browser opens. */
export abstract class AdminsOnly {
  /** @throws DomainError for anybody but an admin */
  abstract admit(request: FastifyRequest): Promise<void>;

  /** An `onRequest` hook: answers those who are not admitted itself. */
  async orAnswer(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> {
    try {
      await this.admit(request);
      return undefined;
    } catch (error) {
      void reply.header('www-authenticate', 'Basic realm="Clinica", charset="UTF-8"');
      answerProblem(error, request, reply);
      return reply;
    }
  }
}
