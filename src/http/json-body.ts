const UTF_8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });
/** The tokens of well-formed JSON that matter here: field names, other strings, and brackets. */
const TOKENS = /"(?:[^"\\]|\\.)*"(\s*:)?|[{}[\]]/g;
/** Hashing a body is recursive: deeper nesting would overflow the stack. */
const MAX_DEPTH = 32;

/** A body that is not UTF-8, not JSON, or ambiguous JSON. */
export class UnreadableBody extends Error {
  readonly statusCode = 400;
}

/**
 * Parses a JSON body. Refuses bytes that are not UTF-8 instead of replacing them, because two different texts would
 * become the same. Also refuses deep nesting and duplicate field names, which parsers resolve differently (RFC 8259, 4
 * and 8.1).
 *
 * @throws UnreadableBody
 */
export function readJson(body: Buffer): unknown {
  try {
    const text = UTF_8.decode(body);
    const value = JSON.parse(text) as unknown;
    if (isUnambiguous(text)) return value;
  } catch {
    // Throws UnreadableBody below.
  }
  throw new UnreadableBody('not a JSON body');
}

/** Whether well-formed JSON is not nested too deeply and no object in it repeats a field name. */
function isUnambiguous(text: string): boolean {
  const open: Set<string>[] = [];
  for (const [token, colon] of text.matchAll(TOKENS)) {
    if (token === '{' || token === '[') open.push(new Set());
    else if (token === '}' || token === ']') open.pop();
    else if (colon !== undefined) {
      const name = JSON.parse(token.slice(0, token.lastIndexOf('"') + 1)) as string;
      const names = open.at(-1)!;
      if (names.has(name)) return false;
      names.add(name);
    }
    if (open.length > MAX_DEPTH) return false;
  }
  return true;
}
