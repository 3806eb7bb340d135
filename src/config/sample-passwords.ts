/** Passwords of instructions. Short words count where they stand alone: chance spells them too. */
export const SAMPLE_PASSWORDS =
  /change.?me|replace.?me|sample|example|default|placeholder|(?<![a-z\d])(demo|test)(?![a-z\d])/i;
