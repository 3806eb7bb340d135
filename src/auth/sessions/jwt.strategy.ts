import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import { Strategy } from 'passport-jwt';
import { Unauthenticated } from '../../errors/domain-error.js';
import { Clock } from '../../time/clock.js';
import type { Principal } from '../principal.js';
import { bearerIn } from './bearer.js';
import { type Claims, checkDates, principalOf } from './claims.js';
import { VerifiedTokenCache } from './verified-token-cache.js';
import { plainToken, JWT_VERIFY_OPTIONS } from './token.js';
import { TokenKeys } from './token-keys.js';

/** Accepts only tokens that this service signed for itself with its one algorithm. Checks expiry by `Clock`. */
@Injectable()
export class JwtStrategy extends PassportStrategy(Strategy) {
  constructor(
    keys: TokenKeys,
    private readonly verifiedTokens: VerifiedTokenCache,
    private readonly clock: Clock,
  ) {
    const { ignoreNotBefore, ...options } = JWT_VERIFY_OPTIONS;
    super({
      ...options,
      passReqToCallback: true,
      jwtFromRequest: ({ headers }: FastifyRequest) =>
        plainToken(bearerIn(headers.authorization) ?? '') ?? null,
      // jsonwebtoken, which receives it, accepts a KeyObject; only the declared type of passport-jwt does not.
      secretOrKeyProvider: (_request: unknown, token: string, done: (error: null, key: Buffer) => void) =>
        done(null, keys.verifying(token) as unknown as Buffer),
      jsonWebTokenOptions: { ignoreNotBefore },
    });
  }

  /** @throws Unauthenticated TOKEN_EXPIRED */
  validate({ headers }: FastifyRequest, claims: Claims): Principal | false {
    const dates = checkDates(claims, this.clock.now());
    if (dates === 'expired') throw new Unauthenticated('TOKEN_EXPIRED', 'Token expired');
    const principal = dates === 'valid' && principalOf(claims);
    if (!principal) return false;
    const { exp } = claims;
    if (typeof exp === 'number') this.verifiedTokens.remember(headers.authorization, principal, exp * 1000);
    return principal;
  }
}
