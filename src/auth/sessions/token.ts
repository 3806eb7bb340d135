import { Injectable } from '@nestjs/common';
import { JwtService, type JwtVerifyOptions } from '@nestjs/jwt';
import { Unauthenticated } from '../../errors/domain-error.js';
import { Clock } from '../../time/clock.js';
import { shownAddressOf } from '../accounts/account-address.js';
import type { Account } from '../accounts/account.entity.js';
import type { Principal } from '../principal.js';
import { bearerIn } from './bearer.js';
import { type Claims, checkDates, principalOf } from './claims.js';

export const TOKEN_ALGORITHM = 'HS256';
export const TOKEN_ISSUER = 'clinica';
export const TOKEN_AUDIENCE = 'clinica-api';
/** The service checks the dates by its own clock (`checkDates`). */
export const JWT_VERIFY_OPTIONS = {
  algorithms: [TOKEN_ALGORITHM],
  issuer: TOKEN_ISSUER,
  audience: TOKEN_AUDIENCE,
  ignoreExpiration: true,
  ignoreNotBefore: true,
} satisfies JwtVerifyOptions;
export const LONGEST_TOKEN_MS = 24 * 60 * 60_000;
/** The lifetime of a token that comes with a refresh token. */
export const SHORT_TOKEN_SECONDS = 15 * 60;

const AMR_PASSWORD = 'pwd';
const AMR_OTP = 'otp';

type TokenOwner = Pick<
  Account,
  'id' | 'email' | 'mailAddress' | 'role' | 'sessionVersion' | 'hasSecondFactor'
>;

/** Issues signed tokens. */
@Injectable()
export class TokenIssuer {
  constructor(
    private readonly jwt: JwtService,
    private readonly clock: Clock,
  ) {}

  /**
   * A JWT with the claims `id`, `email` and `role`; `ver`, the version of the account's sessions; `sid`, the session
   * (as in OpenID Connect); and `amr`, how the owner logged in (RFC 8176). `amr` stays true, because setting up or
   * removing a second factor starts a new session.
   *
   * @param sessionId null for a token without a session
   * @param seconds its lifetime; by default 24 hours
   */
  issue(account: TokenOwner, sessionId: number | null = null, seconds = LONGEST_TOKEN_MS / 1000): string {
    const { id, role, sessionVersion, hasSecondFactor } = account;
    const email = shownAddressOf(account);
    const iat = Math.floor(this.clock.now() / 1000);
    const amr = hasSecondFactor ? [AMR_PASSWORD, AMR_OTP] : [AMR_PASSWORD];
    const session = sessionId === null ? {} : { sid: sessionId };
    return this.jwt.sign({ id, email, role, ver: sessionVersion, ...session, amr, iat, exp: iat + seconds });
  }
}

/** Reads tokens for code that runs without the guard. */
@Injectable()
export class TokenReader {
  constructor(
    private readonly jwt: JwtService,
    private readonly clock: Clock,
  ) {}

  /** The principal of a token; undefined if forged or expired. `Sessions` checks for revocation. */
  read(text: string): Principal | undefined {
    const claims = this.claimsOf(text);
    return claims && checkDates(claims, this.clock.now()) === 'valid' ? principalOf(claims) : undefined;
  }

  /**
   * The principal of the token in an `Authorization` header, on a public route that needs one all the same.
   *
   * @throws Unauthenticated TOKEN_EXPIRED, TOKEN_INVALID
   */
  readBearer(authorization: string): Principal {
    const claims = this.claimsOf(bearerIn(authorization) ?? '');
    const dates = claims && checkDates(claims, this.clock.now());
    if (dates === 'expired') throw new Unauthenticated('TOKEN_EXPIRED', 'Token expired');
    const principal = dates === 'valid' ? principalOf(claims!) : undefined;
    if (!principal) throw new Unauthenticated('TOKEN_INVALID', 'Invalid token');
    return principal;
  }

  private claimsOf(text: string): Claims | undefined {
    const token = plainToken(text);
    if (token === undefined) return undefined;
    try {
      return this.jwt.verify<Claims>(token, JWT_VERIFY_OPTIONS);
    } catch {
      return undefined;
    }
  }
}

/**
 * The token, if its header has no parameters besides `alg` and `typ`. This service would not honour others, such as
 * `crit` (RFC 7515, 4.1.11), so it must not accept them. Pure.
 */
export function plainToken(text: string): string | undefined {
  const head = /^([\w-]+)\.[\w-]+\.[\w-]+$/.exec(text)?.[1];
  return head !== undefined && hasPlainHeader(head) ? text : undefined;
}

function hasPlainHeader(head: string): boolean {
  try {
    const header = JSON.parse(Buffer.from(head, 'base64url').toString()) as object;
    return Object.keys(header).every((name) => name === 'alg' || name === 'typ');
  } catch {
    return false;
  }
}
