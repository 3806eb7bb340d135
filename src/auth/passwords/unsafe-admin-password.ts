import type { ApiEnvironment } from '../../config/api.environment.js';
import { canonicalAddress } from '../../config/mail-address.js';
import { SAMPLE_PASSWORDS } from '../../config/sample-passwords.js';
import { isCommonPassword } from './common-passwords.mjs';
import { passwordInputs } from './password-inputs.js';

const FEWEST_DISTINCT_CHARACTERS = 5;

/** The problems of the first admin's password that are unsafe in production: one sentence each, with what to do. */
export function unsafeAdminPassword({
  ADMIN_EMAIL,
  ADMIN_PASSWORD,
  CLINIC_NAME,
  CLINIC_TIMEZONE,
}: ApiEnvironment): string[] {
  if (ADMIN_PASSWORD === undefined) return [];
  const isAddress =
    ADMIN_EMAIL !== undefined && canonicalAddress(ADMIN_PASSWORD) === canonicalAddress(ADMIN_EMAIL);
  const isSample = SAMPLE_PASSWORDS.test(ADMIN_PASSWORD);
  const inputs = isAddress || isSample ? [] : passwordInputs(ADMIN_EMAIL ?? '', CLINIC_NAME, CLINIC_TIMEZONE);
  const hasFewCharacters = new Set(ADMIN_PASSWORD).size < FEWEST_DISTINCT_CHARACTERS;
  const problems: readonly (readonly [isUnsafe: boolean, sentence: string])[] = [
    [
      !hasFewCharacters && isCommonPassword(ADMIN_PASSWORD, inputs),
      "ADMIN_PASSWORD is one of the most common passwords, or made of ADMIN_EMAIL or the clinic's name: choose one that nobody guesses",
    ],
    [isSample, 'ADMIN_PASSWORD looks like a sample, which others have read too: choose one of your own'],
    [isAddress, 'ADMIN_PASSWORD is the same as ADMIN_EMAIL, which anybody may know: choose another'],
    [
      hasFewCharacters,
      'ADMIN_PASSWORD has fewer than 5 different characters, and is soon guessed: choose one with more',
    ],
  ];
  return problems.filter(([isUnsafe]) => isUnsafe).map(([, sentence]) => sentence);
}
