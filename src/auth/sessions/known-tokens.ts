import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Clock } from '../../time/clock.js';
import type { EpochMs } from '../../time/interval.js';
import type { Principal } from '../principal.js';

/** Some megabytes of them. */
const MOST = 10_000;

interface Known {
  readonly principal: Principal;
  readonly expiresAt: EpochMs;
}

/** Tokens that were verified lately: clients send the same one again and again, and a signature is dear to check. */
@Injectable()
export class KnownTokens {
  private readonly known = new LRUCache<string, Known>({ max: MOST });

  constructor(private readonly clock: Clock) {}

  /** Who sent this `Authorization` header, if it was verified before and has not expired since. */
  find(authorization: string): Principal | undefined {
    const found = this.known.get(authorization);
    return found && found.expiresAt > this.clock.now() ? found.principal : undefined;
  }

  remember(authorization: string, principal: Principal, expiresAt: EpochMs): void {
    this.known.set(authorization, { principal, expiresAt });
  }
}
