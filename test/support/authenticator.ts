import { Secret, TOTP } from 'otpauth';
import type { Clinic, Person } from './clinic.js';

const ROUTE = '/api/auth/second-factor';

/** Somebody with a second factor, and a token of the session that began when it was set up. */
export interface PersonWithSecondFactor extends Person {
  /** The digits that the authenticator shows. They are valid once: advance the clock between two uses. */
  readonly digits: () => string;
}

/** Sets up a second factor, and advances the clock to its next digits. */
export async function withSecondFactor(clinic: Clinic, person: Person): Promise<PersonWithSecondFactor> {
  const { token, password } = person;
  const { body } = await clinic.client.post<{ secret: string }>(ROUTE, { password }, { token });
  const totp = new TOTP({ secret: Secret.fromBase32(body.secret) });
  const digits = (): string => totp.generate({ timestamp: clinic.clock.now() });
  const confirmed = await clinic.client.post<{ token: string }>(
    `${ROUTE}/confirm`,
    { code: digits() },
    { token },
  );
  clinic.clock.advance({ seconds: 30 });
  return { ...person, token: confirmed.body.token, digits };
}
