import { Secret, TOTP } from 'otpauth';
import type { EpochMs } from '../../time/interval.js';

const STEP_SECONDS = 30;
/** Every authenticator supports these. */
const OPTIONS = { algorithm: 'SHA1', digits: 6, period: STEP_SECONDS } as const;

/** The length of the hash: RFC 4226, 4. */
export const SECRET_BYTES = 20;

/** Past time steps that are accepted, for slow typing; future ones are not: RFC 6238, 5.2. */
const LATE_STEPS = 1;

/**
 * The time step that a code is right for, in units of 30 seconds since 1970; undefined if the code is wrong. Pure.
 *
 * @see https://datatracker.ietf.org/doc/html/rfc6238
 */
export function stepOf(code: string, secret: Uint8Array, now: EpochMs): number | undefined {
  const totp = new TOTP({ ...OPTIONS, secret: secretOf(secret) });
  const offset = totp.validate({ token: code, timestamp: now, window: LATE_STEPS });
  return offset === null || offset > 0 ? undefined : Math.floor(now / 1000 / STEP_SECONDS) + offset;
}

/** A secret for authenticators: as text for typing, and as a URI for a QR code. Pure. */
export function forAuthenticator(
  secret: Uint8Array,
  issuer: string,
  email: string,
): { secret: string; uri: string } {
  const totp = new TOTP({ ...OPTIONS, secret: secretOf(secret), issuer, label: email });
  return { secret: totp.secret.base32, uri: totp.toString() };
}

function secretOf(bytes: Uint8Array): Secret {
  return new Secret({ buffer: new Uint8Array(bytes).buffer });
}
