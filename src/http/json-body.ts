const UTF_8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });
/** In JSON that is well-formed: a name of a field, another text, or where an object or list begins or ends. */
const PARTS = /"(?:[^"\\]|\\.)*"(\s*:)?|[{}[\]]/g;
/** Objects and lists in each other. What is nested deeper cannot be hashed: that takes the stack. */
const DEEPEST = 32;

/** A body that is no text in UTF-8, no JSON, or JSON that can be read in two ways. */
export class UnreadableBody extends Error {
  readonly statusCode = 400;
}

/**
 * Reads a JSON body. Bytes that are not UTF-8 are refused rather than replaced, since two different texts would become the
 * same; so are fields that an object names twice, of which every reader believes another one (RFC 8259, 4 and 8.1), and deep nesting.
 *
 * @throws UnreadableBody
 */
export function readJson(body: Buffer): unknown {
  try {
    const text = UTF_8.decode(body);
    const value = JSON.parse(text) as unknown;
    if (isPlain(text)) return value;
  } catch {
    // Said below, in our words.
  }
  throw new UnreadableBody('not a JSON body');
}

/** Whether this well-formed JSON is not nested too deeply, and no object of it has two fields of one name. */
function isPlain(text: string): boolean {
  const open: Set<string>[] = [];
  for (const [part, colon] of text.matchAll(PARTS)) {
    if (part === '{' || part === '[') open.push(new Set());
    else if (part === '}' || part === ']') open.pop();
    else if (colon !== undefined) {
      const name = JSON.parse(part.slice(0, part.lastIndexOf('"') + 1)) as string;
      const names = open.at(-1)!;
      if (names.has(name)) return false;
      names.add(name);
    }
    if (open.length > DEEPEST) return false;
  }
  return true;
}
