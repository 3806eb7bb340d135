import { createSecretKey, type KeyObject } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import type { Environment } from '../config/environment.js';
import type { Principal } from './principal.js';

export const TOKEN_ALGORITHM = 'HS256';
export const TOKEN_ISSUER = 'clinica';
export const TOKEN_AUDIENCE = 'clinica-api';
export const TOKEN_LIFETIME = '24h';

/** The secret as a key: jsonwebtoken would try to read a text as a public key first, at each request anew. */
export function tokenKey({ JWT_SECRET }: Environment): KeyObject {
  return createSecretKey(Buffer.from(JWT_SECRET));
}

/** Signs the tokens that accounts log in for. */
@Injectable()
export class TokenIssuer {
  constructor(private readonly jwt: JwtService) {}

  /** A JWT with the claims `id`, `email` and `role`, good for 24 hours. */
  issue({ id, email, role }: Principal): string {
    return this.jwt.sign({ id, email, role });
  }
}
