import { dictionary } from '@zxcvbn-ts/language-common';

/** A text that is longer may well be a phrase of enough words. */
const LONGEST = 50;
const SHORTEST_WORD = 4;
/** Of a text's letters and digits; random texts have far fewer in words (`phrase.spec.ts`). */
const LEAST_SHARE = 0.75;

let words: ReadonlySet<string> | undefined;

/** Whether a text is made of words that anybody may think of. Pure. */
export function isPhrase(text: string): boolean {
  const characters = text.match(/[\p{L}\p{N}]/gu)?.length ?? 0;
  if (text.length >= LONGEST || characters === 0) return false;
  const runs = text.toLowerCase().match(/[a-z]+/g) ?? [];
  const inWords = runs.reduce((sum, run) => sum + mostInWords(run), 0);
  return inWords >= characters * LEAST_SHARE;
}

/** How many of a run of letters belong to words at most, if no two words overlap. */
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
