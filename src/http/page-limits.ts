import type { FastifyReply, FastifyRequest } from 'fastify';
import { answerProblem } from './problem.filter.js';

/** Counts requests that no controller answers: for pages, and for addresses at which there is nothing. */
export abstract class PageLimits {
  /** @throws TooManyRequests */
  abstract ofPage(request: FastifyRequest): Promise<void>;

  /** An `onRequest` hook: answers those that are too many itself. */
  async orAnswer(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> {
    try {
      await this.ofPage(request);
      return undefined;
    } catch (error) {
      answerProblem(error, request, reply);
      return reply;
    }
  }
}
