import { createSecretKey, type KeyObject } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { JwtService, type JwtVerifyOptions } from '@nestjs/jwt';
import type { Environment } from '../../config/environment.js';
import type { Account } from '../accounts/account.entity.js';
import type { Principal } from '../principal.js';
import { ROLES } from '../role.js';

export const TOKEN_ALGORITHM = 'HS256';
export const TOKEN_ISSUER = 'clinica';
export const TOKEN_AUDIENCE = 'clinica-api';
/** What a token must be for to be taken. */
export const TOKENS_OF_OURS = {
  algorithms: [TOKEN_ALGORITHM],
  issuer: TOKEN_ISSUER,
  audience: TOKEN_AUDIENCE,
} satisfies JwtVerifyOptions;
export const LONGEST_TOKEN_MS = 24 * 60 * 60_000;
/** That of a client with a refresh token, in seconds. */
export const SHORT_TOKEN_SECONDS = 15 * 60;

/** The secret as a key: jsonwebtoken would try to read a text as a public key first, at each request anew. */
export function tokenKey({ JWT_SECRET }: Environment): KeyObject {
  return createSecretKey(Buffer.from(JWT_SECRET));
}

const PASSWORD = 'pwd';
const DIGITS = 'otp';

/** Of whom tokens are issued. */
type Issued = Pick<Account, 'id' | 'email' | 'role' | 'sessionVersion' | 'hasSecondFactor'>;

/** Signs the tokens that accounts log in for. */
@Injectable()
export class TokenIssuer {
  constructor(private readonly jwt: JwtService) {}

  /**
   * A JWT with the claims `id`, `email`, `role`, in `ver` the version of the account's sessions, and in `amr` by what it
   * was logged in: who sets up a second factor, or does without again, begins a new session (RFC 8176).
   *
   * @param seconds how long it is good; by default 24 hours
   */
  issue(
    { id, email, role, sessionVersion, hasSecondFactor }: Issued,
    seconds = LONGEST_TOKEN_MS / 1000,
  ): string {
    const amr = hasSecondFactor ? [PASSWORD, DIGITS] : [PASSWORD];
    return this.jwt.sign({ id, email, role, ver: sessionVersion, amr }, { expiresIn: seconds });
  }
}

/** Reads tokens that do not come as `Authorization: Bearer`, for which there is a strategy of Passport's. */
@Injectable()
export class TokenReader {
  constructor(private readonly jwt: JwtService) {}

  /** Whose token it is; undefined for one that is none of ours, or has expired. Whether it was ended `Sessions` knows. */
  read(text: string): Principal | undefined {
    const token = plainToken(text);
    if (token === undefined) return undefined;
    try {
      return principalOf(this.jwt.verify<Record<string, unknown>>(token, TOKENS_OF_OURS));
    } catch {
      return undefined;
    }
  }
}

/** Whose token it is that claims this; undefined for claims that no token of ours has. Pure. */
export function principalOf(claims: Record<string, unknown>): Principal | undefined {
  // Tokens from before there were versions have none, nor how they were logged in for.
  const { id, email, ver: version = 0, amr = [] } = claims;
  const role = ROLES.find((name) => name === claims.role);
  if (!isId(id) || !isId(version) || typeof email !== 'string' || !role) return undefined;
  return { id, email, role, version, secondFactor: Array.isArray(amr) && amr.includes(DIGITS) };
}

const isId = (value: unknown): value is number => Number.isInteger(value);

/**
 * The token, if it is as ours are: they say how they are signed and nothing else. What more a header demands nobody here
 * would heed (RFC 7515, 4.1.11). Pure.
 */
export function plainToken(text: string): string | undefined {
  const head = /^([\w-]+)\.[\w-]+\.[\w-]+$/.exec(text)?.[1];
  return head !== undefined && isPlain(head) ? text : undefined;
}

function isPlain(head: string): boolean {
  try {
    const header = JSON.parse(Buffer.from(head, 'base64url').toString()) as object;
    return Object.keys(header).every((name) => name === 'alg' || name === 'typ');
  } catch {
    return false;
  }
}
