import type { FastifyRequest } from 'fastify';

const HOUR_MS = 60 * 60_000;

/**
 * Warns, at most once an hour, that requests come through a proxy while none is trusted: they all count as the proxy's, so
 * one client can use up the limits of everybody behind it.
 */
export class ForwardedWarning {
  private saidAt = -Infinity;

  /** An `onRequest` hook. */
  readonly check = ({ headers, log }: FastifyRequest): void => {
    if (headers['x-forwarded-for'] === undefined && headers.forwarded === undefined) return;
    const now = performance.now();
    if (now - this.saidAt < HOUR_MS) return;
    this.saidAt = now;
    log.warn(
      'A request came through a proxy, but TRUST_PROXY names none: all clients behind it are counted as one. Set TRUST_PROXY to the address of the proxy, or have it remove X-Forwarded-For and Forwarded.',
    );
  };
}
