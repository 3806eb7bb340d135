/** JavaScript, because the hashing threads must also be able to load it from the sources. */

/** Letters that Unicode does not decompose, as keyboards without them spell them. */
const SPELLINGS = new Map(
  Object.entries({ ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o', ł: 'l', đ: 'd', ð: 'd', þ: 'th', ı: 'i' }),
);

/**
 * The form in which passwords and the words they are made of are compared: lower case, without the accents of Latin,
 * Greek and Cyrillic letters. Vowel signs of other scripts stay, because they tell words apart. Pure.
 *
 * @param {string} text
 * @returns {string}
 */
export function foldText(text) {
  const plain = text.normalize('NFKD').replace(/[\u0300-\u036f]/g, '');
  return (
    plain
      .toLowerCase()
      // Composed again, because a Hangul syllable is one character.
      .normalize('NFC')
      .replace(/[ßæœøłđðþı]/g, (letter) => SPELLINGS.get(letter) ?? letter)
  );
}
