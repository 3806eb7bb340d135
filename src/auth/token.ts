import { Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import type { Principal } from './principal.js';

export const TOKEN_ALGORITHM = 'HS256';
export const TOKEN_ISSUER = 'clinica';
export const TOKEN_AUDIENCE = 'clinica-api';
export const TOKEN_LIFETIME = '24h';

/** Signs the tokens that accounts log in for. */
@Injectable()
export class TokenIssuer {
  constructor(private readonly jwt: JwtService) {}

  /** A JWT with the claims `id`, `email` and `role`, good for 24 hours. */
  issue({ id, email, role }: Principal): string {
    return this.jwt.sign({ id, email, role });
  }
}
