import { Secret, TOTP } from 'otpauth';
import type { EpochMs } from '../../time/interval.js';

/** What every authenticator knows. */
const STEP_SECONDS = 30;
const COMMON = { algorithm: 'SHA1', digits: 6, period: STEP_SECONDS } as const;

/** As long as the hash: RFC 4226, 4. */
export const SECRET_BYTES = 20;

/** Steps that a person may be slow. None to come is taken: RFC 6238, 5.2. */
const LATE_STEPS = 1;

/**
 * The number of the 30 seconds, since 1970, that six digits are right for; undefined if they are wrong. Pure.
 *
 * @see https://datatracker.ietf.org/doc/html/rfc6238
 */
export function stepOf(code: string, secret: Uint8Array, now: EpochMs): number | undefined {
  const totp = new TOTP({ ...COMMON, secret: secretOf(secret) });
  const off = totp.validate({ token: code, timestamp: now, window: LATE_STEPS });
  return off === null || off > 0 ? undefined : Math.floor(now / 1000 / STEP_SECONDS) + off;
}

/** A secret for authenticators: as text to be typed, and as an address to be shown as a QR code. Pure. */
export function forAuthenticator(
  secret: Uint8Array,
  issuer: string,
  email: string,
): { secret: string; uri: string } {
  const totp = new TOTP({ ...COMMON, secret: secretOf(secret), issuer, label: email });
  return { secret: totp.secret.base32, uri: totp.toString() };
}

function secretOf(bytes: Uint8Array): Secret {
  return new Secret({ buffer: new Uint8Array(bytes).buffer });
}
