/**
 * Text from people as one harmless line. Line breaks and control characters, with which a name could start a
 * mail header or a calendar property of its own, become a space; the marks that turn the direction of writing
 * go, since with them a name could reorder the date beside it; half a surrogate pair becomes U+FFFD.
 */
export function plainLine(text: string): string {
  return text
    .replace(/\p{Cs}/gu, '\uFFFD')
    .replace(/[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu, '')
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim();
}
