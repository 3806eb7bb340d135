import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import { Strategy } from 'passport-jwt';
import { Environment } from '../../config/environment.js';
import { KnownTokens } from './known-tokens.js';
import type { Principal } from '../principal.js';
import { plainToken, principalOf, tokenKey, TOKENS_OF_OURS } from './token.js';

const BEARER = /^Bearer (\S+)$/i;

/** Accepts only tokens that this service signed, for itself, with its one algorithm. */
@Injectable()
export class JwtStrategy extends PassportStrategy(Strategy) {
  constructor(
    environment: Environment,
    private readonly known: KnownTokens,
  ) {
    super({
      passReqToCallback: true,
      jwtFromRequest: (request: FastifyRequest) => tokenIn(request.headers.authorization ?? ''),
      // Handed on to jsonwebtoken, which takes a key; only the declared type does not know.
      secretOrKey: tokenKey(environment) as unknown as Buffer,
      ...TOKENS_OF_OURS,
    });
  }

  validate({ headers }: FastifyRequest, claims: Record<string, unknown>): Principal | false {
    const principal = principalOf(claims);
    if (!principal) return false;
    const { exp } = claims;
    if (typeof exp === 'number') this.known.remember(headers.authorization!, principal, exp * 1000);
    return principal;
  }
}

function tokenIn(authorization: string): string | null {
  const token = BEARER.exec(authorization)?.[1];
  return (token !== undefined && plainToken(token)) || null;
}
