import { SetMetadata } from '@nestjs/common';
import type { LimitName } from './limits.js';

export const RATE_LIMITS = 'rate-limits';
export const UNLIMITED = 'rate-limits:none';

/** Leaves a route out of all limits: a balancer asks often, and must not be answered 429. */
export function Unlimited(): MethodDecorator {
  return SetMetadata(UNLIMITED, true);
}

/**
 * The limits that requests to a route count against, besides the general ones that every request does. They are counted
 * before the body is read, in this order, up to the first that is used up. Every route that is more than a look has some.
 */
export function RateLimit(...limits: LimitName[]): MethodDecorator & ClassDecorator {
  return SetMetadata(RATE_LIMITS, limits);
}
