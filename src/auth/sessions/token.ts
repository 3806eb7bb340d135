import { Injectable } from '@nestjs/common';
import { JwtService, type JwtVerifyOptions } from '@nestjs/jwt';
import { Unauthenticated } from '../../errors/domain-error.js';
import { Clock } from '../../time/clock.js';
import { shownAddressOf } from '../accounts/account-address.js';
import type { Account } from '../accounts/account.entity.js';
import type { Principal } from '../principal.js';
import { bearerIn } from './bearer.js';
import { type Claims, judgeDates, principalOf } from './claims.js';

export const TOKEN_ALGORITHM = 'HS256';
export const TOKEN_ISSUER = 'clinica';
export const TOKEN_AUDIENCE = 'clinica-api';
/** What a token must be for to be taken. Its dates are judged by the service's own clock. */
export const JWT_VERIFY_OPTIONS = {
  algorithms: [TOKEN_ALGORITHM],
  issuer: TOKEN_ISSUER,
  audience: TOKEN_AUDIENCE,
  ignoreExpiration: true,
  ignoreNotBefore: true,
} satisfies JwtVerifyOptions;
export const LONGEST_TOKEN_MS = 24 * 60 * 60_000;
/** That of a client with a refresh token, in seconds. */
export const SHORT_TOKEN_SECONDS = 15 * 60;

const PASSWORD = 'pwd';
const DIGITS = 'otp';

/** Of whom tokens are issued. */
type Issued = Pick<Account, 'id' | 'email' | 'mailAddress' | 'role' | 'sessionVersion' | 'hasSecondFactor'>;

/** Signs the tokens that accounts log in for. */
@Injectable()
export class TokenIssuer {
  constructor(
    private readonly jwt: JwtService,
    private readonly clock: Clock,
  ) {}

  /**
   * A JWT with the claims `id`, `email`, `role`, in `ver` the version of the account's sessions, in `sid` the session
   * (as in OpenID Connect), and in `amr` how its owner logged in: setting up a second factor, or removing it, begins a
   * new session (RFC 8176).
   *
   * @param sessionId null for a token of no session
   * @param seconds how long it is good; by default 24 hours
   */
  issue(account: Issued, sessionId: number | null = null, seconds = LONGEST_TOKEN_MS / 1000): string {
    const { id, role, sessionVersion, hasSecondFactor } = account;
    const email = shownAddressOf(account);
    const iat = Math.floor(this.clock.now() / 1000);
    const amr = hasSecondFactor ? [PASSWORD, DIGITS] : [PASSWORD];
    const session = sessionId === null ? {} : { sid: sessionId };
    return this.jwt.sign({ id, email, role, ver: sessionVersion, ...session, amr, iat, exp: iat + seconds });
  }
}

/** Reads tokens that do not come as `Authorization: Bearer`, for which there is a strategy of Passport's. */
@Injectable()
export class TokenReader {
  constructor(
    private readonly jwt: JwtService,
    private readonly clock: Clock,
  ) {}

  /** Whose token it is; undefined for one that is none of ours, or has expired. Whether it was ended `Sessions` knows. */
  read(text: string): Principal | undefined {
    const claims = this.claimsOf(text);
    return claims && judgeDates(claims, this.clock.now()) === 'good' ? principalOf(claims) : undefined;
  }

  /**
   * Whose token an `Authorization` header holds, on a route that is open and asks for one all the same.
   *
   * @throws Unauthenticated TOKEN_EXPIRED, TOKEN_INVALID
   */
  demand(authorization: string): Principal {
    const claims = this.claimsOf(bearerIn(authorization) ?? '');
    const dates = claims && judgeDates(claims, this.clock.now());
    if (dates === 'expired') throw new Unauthenticated('TOKEN_EXPIRED', 'Token expired');
    const principal = dates === 'good' ? principalOf(claims!) : undefined;
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
