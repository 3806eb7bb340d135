import type { FastifyReply, FastifyRequest } from 'fastify';
import { answerProblem } from '../problem.filter.js';

/** The server's decorator that holds them, for errors that no hook sees. */
export const PAGE_LIMITS = 'pageLimits';

/**
 * Counts requests that no controller answers: for pages, for addresses at which there is nothing, and those that cannot be
 * read.
 */
export abstract class PageLimits {
  private readonly counted = new WeakSet<FastifyRequest>();

  /** @throws TooManyRequests */
  protected abstract countPage(request: FastifyRequest): Promise<void>;

  /** @throws TooManyRequests */
  async ofPage(request: FastifyRequest): Promise<void> {
    this.counted.add(request);
    await this.countPage(request);
  }

  /** Answers an error for a request that no guard has seen: it counts like any other, but not twice. */
  async ofUnread(request: FastifyRequest, reply: FastifyReply, answer: () => unknown): Promise<void> {
    if (!this.counted.has(request)) await this.orAnswer(request, reply);
    if (!reply.sent) await answer();
  }

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
