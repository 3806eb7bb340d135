import { createSecretKey, type KeyObject } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import type { Environment } from '../../config/environment.js';
import type { Account } from '../accounts/account.entity.js';

export const TOKEN_ALGORITHM = 'HS256';
export const TOKEN_ISSUER = 'clinica';
export const TOKEN_AUDIENCE = 'clinica-api';
export const LONGEST_TOKEN_MS = 24 * 60 * 60_000;
/** That of a client with a refresh token, in seconds. */
export const SHORT_TOKEN_SECONDS = 15 * 60;

/** The secret as a key: jsonwebtoken would try to read a text as a public key first, at each request anew. */
export function tokenKey({ JWT_SECRET }: Environment): KeyObject {
  return createSecretKey(Buffer.from(JWT_SECRET));
}

/** Signs the tokens that accounts log in for. */
@Injectable()
export class TokenIssuer {
  constructor(private readonly jwt: JwtService) {}

  /**
   * A JWT with the claims `id`, `email`, `role`, and in `ver` the version of the account's sessions.
   *
   * @param seconds how long it is good; by default 24 hours
   */
  issue(
    { id, email, role, sessionVersion }: Pick<Account, 'id' | 'email' | 'role' | 'sessionVersion'>,
    seconds = LONGEST_TOKEN_MS / 1000,
  ): string {
    return this.jwt.sign({ id, email, role, ver: sessionVersion }, { expiresIn: seconds });
  }
}
