import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Clock } from '../../time/clock.js';
import type { EpochMs } from '../../time/interval.js';
import type { Principal } from '../principal.js';
import { bearerIn } from './bearer.js';

/** A token has about 300 characters, so the cache takes some megabytes. */
const MOST_TOKENS = 10_000;

interface VerifiedToken {
  readonly principal: Principal;
  readonly expiresAt: EpochMs;
}

/** Caches verified tokens: clients send the same token again and again, and checking a signature is expensive. */
@Injectable()
export class VerifiedTokenCache {
  private readonly tokens = new LRUCache<string, VerifiedToken>({ max: MOST_TOKENS });

  constructor(private readonly clock: Clock) {}

  /** The principal of the token in the header, if the token was verified before and has not expired since. */
  find(authorization: string | undefined): Principal | undefined {
    const found = this.tokens.get(bearerIn(authorization) ?? '');
    return found && found.expiresAt > this.clock.now() ? found.principal : undefined;
  }

  /** Caches by the token alone: a client may put any number of spaces into the header. */
  remember(authorization: string | undefined, principal: Principal, expiresAt: EpochMs): void {
    this.tokens.set(bearerIn(authorization) ?? '', { principal, expiresAt });
  }
}
