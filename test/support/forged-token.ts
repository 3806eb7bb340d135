import { createHmac } from 'node:crypto';

/** What to make different about a token that would otherwise be good. */
export interface Forgery {
  readonly header?: Record<string, unknown>;
  readonly claims?: Record<string, unknown>;
  readonly secret?: string;
  readonly digest?: 'sha256' | 'sha384' | 'sha512' | 'none';
  /** By the clock of the service, milliseconds since 1970; by default that of this computer. */
  readonly now?: number;
}

/** Seconds since 1970: the unit of the claims. */
export const seconds = (now = Date.now()): number => Math.floor(now / 1000);

/** A JWT made by hand, without the service's own code: good unless something about it is made different. */
export function tokenBy(
  secret: string,
  account: { id: number; email: string; role: string },
  { header, claims, secret: other = secret, digest = 'sha256', now: moment }: Forgery = {},
): string {
  const now = seconds(moment);
  const good = { iat: now, exp: now + 3600, iss: 'clinica', aud: 'clinica-api', ...account };
  const signed = [
    { alg: 'HS256', typ: 'JWT', ...header },
    { ...good, ...claims },
  ]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  const signature = digest === 'none' ? '' : createHmac(digest, other).update(signed).digest('base64url');
  return `${signed}.${signature}`;
}
