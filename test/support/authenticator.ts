import { Secret, TOTP } from 'otpauth';
import type { Clinic, Person } from './clinic.js';

const ROUTE = '/api/auth/second-factor';

/** Somebody with a second factor, and a token of the session that began when it was set up. */
export interface PersonWithSecondFactor extends Person {
  readonly secret: string;
  /** The digits that the authenticator shows. They are valid once: advance the clock between two uses. */
  readonly digits: () => string;
}

/** The digits that an authenticator shows now. */
export function digitsOf({ clock }: Clinic, secret: string): string {
  return new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: clock.now() });
}

/** Digits that are wrong now and in the neighbouring time steps. */
export function wrongDigitsOf({ clock }: Clinic, secret: string): string {
  const totp = new TOTP({ secret: Secret.fromBase32(secret) });
  const around = [-2, -1, 0, 1, 2].map((off) => totp.generate({ timestamp: clock.now() + off * 30_000 }));
  return ['000000', '111111', '222222', '333333', '444444', '555555'].find((code) => !around.includes(code))!;
}

/** Sets up a second factor, and advances the clock to its next digits. */
export async function withSecondFactor(clinic: Clinic, person: Person): Promise<PersonWithSecondFactor> {
  const { token, password } = person;
  const { body } = await clinic.client.post<{ secret: string }>(ROUTE, { password }, { token });
  const { secret } = body;
  const digits = (): string => digitsOf(clinic, secret);
  const confirmed = await clinic.client.post<{ token: string }>(
    `${ROUTE}/confirm`,
    { code: digits() },
    { token },
  );
  clinic.clock.advance({ seconds: 30 });
  return { ...person, token: confirmed.body.token, secret, digits };
}
