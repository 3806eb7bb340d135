/** Passwords from instructions. Short words count only if they stand alone, because random texts contain them too. */
export const SAMPLE_PASSWORDS =
  /change.?me|replace.?me|sample|example|default|placeholder|(?<![a-z\d])(demo|test)(?![a-z\d])/i;
