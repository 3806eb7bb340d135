import { dictionary } from '@zxcvbn-ts/language-common';

/** A phrase at least this long has enough words to be a good secret. */
const MIN_LONG_PHRASE = 50;
const SHORTEST_WORD = 4;
/** The share of letters and digits within words; it is far lower in random texts (`phrase.spec.ts`). */
const MIN_SHARE_IN_WORDS = 0.75;

let words: ReadonlySet<string> | undefined;

/** Whether a text consists of common words, too few for a good secret. Pure. */
export function isPhrase(text: string): boolean {
  const characters = text.match(/[\p{L}\p{N}]/gu)?.length ?? 0;
  if (text.length >= MIN_LONG_PHRASE || characters === 0) return false;
  const runs = text.toLowerCase().match(/[a-z]+/g) ?? [];
  const inWords = runs.reduce((sum, run) => sum + mostInWords(run), 0);
  return inWords >= characters * MIN_SHARE_IN_WORDS;
}

/** The most letters of a run that non-overlapping words can cover. */
function mostInWords(run: string): number {
  words ??= new Set(Object.values(dictionary).flat().map(String).filter(isWord));
  const most = [0];
  for (let end = 1; end <= run.length; end += 1) {
    let found = most[end - 1]!;
    for (let start = 0; start <= end - SHORTEST_WORD; start += 1)
      if (words.has(run.slice(start, end))) found = Math.max(found, most[start]! + end - start);
    most.push(found);
  }
  return most[run.length]!;
}

function isWord(entry: string): boolean {
  return entry.length >= SHORTEST_WORD && /^[a-z]+$/.test(entry);
}
