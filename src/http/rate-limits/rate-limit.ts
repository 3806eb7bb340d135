import { SetMetadata } from '@nestjs/common';
import type { LimitName } from './limits.js';

export const RATE_LIMITS = 'rate-limits';
export const UNLIMITED = 'rate-limits:none';

/** Exempts a route from all limits: a load balancer polls often and must not get a 429. */
export function Unlimited(): MethodDecorator {
  return SetMetadata(UNLIMITED, true);
}

/**
 * The limits of a route, besides the general ones. They are counted before the body is validated, in this order but
 * those by address last, up to the first that is exhausted. Every route that does more than read has some.
 */
export function RateLimit(...limits: LimitName[]): MethodDecorator & ClassDecorator {
  return SetMetadata(RATE_LIMITS, limits);
}
