/**
 * UTF-16 units of a typed password. New passwords have at most 256 characters, and another keyboard may compose a
 * character of up to four units. A longer text is not normalized, because that takes quadratic time.
 */
const LONGEST_TYPED = 1_024;

/**
 * The form of a password that is checked and hashed. Two keyboards may type the same password as different code points
 * (NIST SP 800-63B, 5.1.1.2). Pure.
 *
 * @returns undefined for a text that is longer than any password
 */
export function normalizePassword(typed: string): string | undefined {
  return typed.length > LONGEST_TYPED ? undefined : typed.normalize('NFKC');
}
