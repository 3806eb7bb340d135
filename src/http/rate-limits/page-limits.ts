import type { FastifyReply, FastifyRequest } from 'fastify';
import { sendProblem } from '../problem.filter.js';

/** The Fastify decorator that holds the limits, for errors that skip all hooks. */
export const PAGE_LIMITS = 'pageLimits';

/**
 * Counts requests that no controller handles: for pages, for unknown paths, with an invalid token, and those that
 * cannot be parsed.
 */
export abstract class PageLimits {
  private readonly counted = new WeakSet<FastifyRequest>();

  /** @throws TooManyRequests */
  protected abstract countPage(request: FastifyRequest): Promise<void>;

  /** @throws TooManyRequests */
  async countPageRequest(request: FastifyRequest): Promise<void> {
    this.counted.add(request);
    await this.countPage(request);
  }

  /** Counts a request that failed before the guards, unless it was counted already, then sends the error. */
  async ofUnreadable(request: FastifyRequest, reply: FastifyReply, answer: () => unknown): Promise<void> {
    if (!this.counted.has(request)) await this.rejectIfExhausted(request, reply);
    if (!reply.sent) await answer();
  }

  /** An `onRequest` hook that responds with 429 above the limit. */
  async rejectIfExhausted(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> {
    try {
      await this.countPageRequest(request);
      return undefined;
    } catch (error) {
      sendProblem(error, request, reply);
      return reply;
    }
  }
}
