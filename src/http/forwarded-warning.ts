import type { FastifyRequest } from 'fastify';

const HOUR_MS = 60 * 60_000;

/**
 * Warns, at most once an hour, that requests come through a proxy that is not trusted. Rate limits then count all
 * clients behind the proxy as one, so one client can use up the limits of all.
 */
export class ForwardedWarning {
  private warnedAt = -Infinity;

  /** An `onRequest` hook. */
  readonly check = ({ headers, log }: FastifyRequest): void => {
    if (headers['x-forwarded-for'] === undefined && headers.forwarded === undefined) return;
    const now = performance.now();
    if (now - this.warnedAt < HOUR_MS) return;
    this.warnedAt = now;
    log.warn(
      'A request came through a proxy, but TRUST_PROXY names none: rate limits count all clients behind it as one. Set TRUST_PROXY to the address of the proxy, or configure the proxy to remove X-Forwarded-For and Forwarded.',
    );
  };
}
