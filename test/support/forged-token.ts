import { createHmac } from 'node:crypto';

/** How a forged token differs from a valid one. */
export interface Forgery {
  readonly header?: Record<string, unknown>;
  readonly claims?: Record<string, unknown>;
  readonly secret?: string;
  readonly digest?: 'sha256' | 'sha384' | 'sha512' | 'none';
  /** The time of the service's clock in milliseconds since 1970; by default this computer's. */
  readonly now?: number;
}

/** Seconds since 1970, the unit of the claims. */
export const toEpochSeconds = (now = Date.now()): number => Math.floor(now / 1000);

/** A JWT made without the service's own code: valid, except for the differences given. */
export function forgeToken(
  secret: string,
  account: { id: number; email: string; role: string },
  { header, claims, secret: signingSecret = secret, digest = 'sha256', now: moment }: Forgery = {},
): string {
  const now = toEpochSeconds(moment);
  const valid = { iat: now, exp: now + 3600, iss: 'clinica', aud: 'clinica-api', ...account };
  const signed = [
    { alg: 'HS256', typ: 'JWT', ...header },
    { ...valid, ...claims },
  ]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  const signature =
    digest === 'none' ? '' : createHmac(digest, signingSecret).update(signed).digest('base64url');
  return `${signed}.${signature}`;
}
