import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import { Strategy } from 'passport-jwt';
import { Environment } from '../config/environment.js';
import type { Principal } from './principal.js';
import { ROLES } from './role.js';
import { TOKEN_ALGORITHM, TOKEN_AUDIENCE, TOKEN_ISSUER } from './token.js';

const BEARER = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i;

/** Accepts only tokens that this service signed, for itself, with its one algorithm. */
@Injectable()
export class JwtStrategy extends PassportStrategy(Strategy) {
  constructor(environment: Environment) {
    super({
      jwtFromRequest: (request: FastifyRequest) =>
        BEARER.exec(request.headers.authorization ?? '')?.[1] ?? null,
      secretOrKey: environment.JWT_SECRET,
      algorithms: [TOKEN_ALGORITHM],
      issuer: TOKEN_ISSUER,
      audience: TOKEN_AUDIENCE,
    });
  }

  validate(claims: Record<string, unknown>): Principal | false {
    const { id, email, role } = claims;
    const known = ROLES.find((name) => name === role);
    if (!Number.isInteger(id) || typeof email !== 'string' || !known) return false;
    return { id: id as number, email, role: known };
  }
}
