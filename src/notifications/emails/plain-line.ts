/**
 * Text from users as one harmless line. Line breaks and control characters become a space: a name could start a mail
 * header or a calendar property with them. Bidirectional marks are removed: a name could reorder the date beside it.
 * Half a surrogate pair becomes U+FFFD.
 */
export function plainLine(text: string): string {
  return text
    .replace(/\p{Cs}/gu, '\uFFFD')
    .replace(/[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu, '')
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim();
}
