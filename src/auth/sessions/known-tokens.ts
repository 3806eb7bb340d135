import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Clock } from '../../time/clock.js';
import type { EpochMs } from '../../time/interval.js';
import type { Principal } from '../principal.js';
import { bearerIn } from './bearer.js';

/** Of three hundred characters each: some megabytes. */
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

  /** Whose token this `Authorization` header holds, if it was verified before and has not expired since. */
  find(authorization: string | undefined): Principal | undefined {
    const found = this.known.get(bearerIn(authorization) ?? '');
    return found && found.expiresAt > this.clock.now() ? found.principal : undefined;
  }

  /** By the token alone: a header may hold as many spaces as a client likes. */
  remember(authorization: string | undefined, principal: Principal, expiresAt: EpochMs): void {
    this.known.set(bearerIn(authorization) ?? '', { principal, expiresAt });
  }
}
