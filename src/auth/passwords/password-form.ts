/**
 * Of a password as it is typed, in UTF-16 units. New ones have at most 256 characters, of which each can be spelled in up
 * to four units on another keyboard. Normalizing takes quadratic time: a longer text is not worth it.
 */
const LONGEST_TYPED = 1_024;

/**
 * A password in the form that is judged and hashed: typed on two keyboards, one and the same may differ in its code points
 * (NIST SP 800-63B, 5.1.1.2). Pure.
 *
 * @returns undefined for a text that is longer than any password
 */
export function normalizePassword(typed: string): string | undefined {
  return typed.length > LONGEST_TYPED ? undefined : typed.normalize('NFKC');
}
