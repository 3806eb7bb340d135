import { Refusal } from '../errors/domain-error.js';

const UTF_8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });
/** Hashing a body is recursive: deeper nesting would overflow the stack. */
const MAX_DEPTH = 32;
/** More than any request has, and few enough to be parsed within a millisecond or two. */
const MAX_NAMES = 2_000;

/** A body that is not UTF-8, not JSON, or ambiguous JSON. */
export class UnreadableBody extends Error {
  readonly statusCode = 400;
}

/** What matters of a JSON text before it is parsed. */
interface Outline {
  /** The field names in all objects, duplicates included. */
  readonly names: number;
  readonly depth: number;
}

/**
 * Parses a JSON body. Refuses bytes that are not UTF-8 instead of replacing them, because two different texts would
 * become the same. Also refuses deep nesting and duplicate field names, which parsers resolve differently (RFC 8259, 4
 * and 8.1).
 *
 * @throws UnreadableBody
 * @throws Refusal VALIDATION_FAILED for thousands of fields, before they are parsed
 */
export function readJson(body: Buffer): unknown {
  const text = decoded(body);
  const { names, depth } = outlineOf(text);
  if (depth > MAX_DEPTH) throw new UnreadableBody('nested too deeply');
  if (names > MAX_NAMES) throw tooManyFields(names);
  const value = parsed(text);
  // Of a name that an object repeats, the parser keeps one.
  if (names !== countNames(value)) throw new UnreadableBody('a name repeated in one object');
  return value;
}

function decoded(body: Buffer): string {
  try {
    return UTF_8.decode(body);
  } catch {
    throw new UnreadableBody('not UTF-8');
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new UnreadableBody('not JSON');
  }
}

/** The outline of a text, in one pass. Only that of well-formed JSON is right. */
function outlineOf(text: string): Outline {
  let [names, depth, open] = [0, 0, 0];
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at]!;
    if (character === '"') at = endOfString(text, at);
    else if (character === ':') names += 1;
    else if (character === '{' || character === '[') depth = Math.max(depth, (open += 1));
    else if (character === '}' || character === ']') open -= 1;
  }
  return { names, depth };
}

/** The index of the quotation mark that ends the string. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '"') return at;
  }
  return text.length;
}

function countNames(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const inside = Object.values(value).reduce<number>((sum, each) => sum + countNames(each), 0);
  return inside + (Array.isArray(value) ? 0 : Object.keys(value).length);
}

function tooManyFields(count: number): Refusal {
  const message = `The body has ${count} fields, and no request has more than ${MAX_NAMES}. See /api/docs.`;
  return new Refusal('VALIDATION_FAILED', message, [{ field: 'body', message }]);
}
