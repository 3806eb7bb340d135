import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import { Strategy } from 'passport-jwt';
import { Environment } from '../../config/environment.js';
import { KnownTokens } from './known-tokens.js';
import type { Principal } from '../principal.js';
import { ROLES } from '../role.js';
import { TOKEN_ALGORITHM, TOKEN_AUDIENCE, TOKEN_ISSUER, tokenKey } from './token.js';

const BEARER = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i;

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
      algorithms: [TOKEN_ALGORITHM],
      issuer: TOKEN_ISSUER,
      audience: TOKEN_AUDIENCE,
    });
  }

  validate({ headers }: FastifyRequest, claims: Record<string, unknown>): Principal | false {
    // Tokens from before there were versions have none.
    const { id, email, exp, ver: version = 0 } = claims;
    const role = ROLES.find((name) => name === claims.role);
    if (!Number.isInteger(id) || !Number.isInteger(version) || typeof email !== 'string' || !role)
      return false;
    const principal = { id: id as number, email, role, version: version as number };
    if (typeof exp === 'number') this.known.remember(headers.authorization!, principal, exp * 1000);
    return principal;
  }
}

/** Ours say how they are signed and nothing else: what more a header demands nobody here would heed (RFC 7515, 4.1.11). */
function tokenIn(authorization: string): string | null {
  const token = BEARER.exec(authorization)?.[1];
  return token !== undefined && isPlain(token.split('.')[0]!) ? token : null;
}

function isPlain(head: string): boolean {
  try {
    const header = JSON.parse(Buffer.from(head, 'base64url').toString()) as object;
    return Object.keys(header).every((name) => name === 'alg' || name === 'typ');
  } catch {
    return false;
  }
}
