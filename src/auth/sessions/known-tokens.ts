import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Clock } from '../../time/clock.js';
import type { EpochMs } from '../../time/interval.js';
import type { Principal } from '../principal.js';

/** Some megabytes of them. */
const MOST = 10_000;

/** Tokens that were verified lately: clients send the same one again and again, and a signature is dear to check. */
@Injectable()
export class KnownTokens {
  private readonly known = new LRUCache<string, Principal>({ max: MOST });

  constructor(private readonly clock: Clock) {}

  /** Who sent this `Authorization` header, if it was verified before and has not expired since. */
  find(authorization: string): Principal | undefined {
    return this.known.get(authorization);
  }

  remember(authorization: string, principal: Principal, expiresAt: EpochMs): void {
    const ttl = expiresAt - this.clock.now();
    if (ttl > 0) this.known.set(authorization, principal, { ttl });
  }
}
