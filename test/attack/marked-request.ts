import type { Document, Operation } from '../support/openapi.js';

/** A request for sqlmap, with a mark behind each value to tamper with. */
export interface MarkedRequest {
  readonly operation: Operation;
  /** Marks are `*`; without them, the request is valid. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly marks: number;
}

const MARK = '*';

/** The same request without its marks. */
export const unmarked = (text: string): string => text.replaceAll(MARK, '');

export function textOf({ operation, path, headers, body }: MarkedRequest): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return [`${operation.method} ${path} HTTP/1.1`, ...lines, '', body ?? ''].join('\r\n');
}

/** The requests to tamper with for an operation: one with marks everywhere but in headers, and one for each header. */
export function markedRequests(operation: Operation, document: Document): MarkedRequest[] {
  const body = bodyOf(operation, document);
  const typed: Record<string, string> = body === undefined ? {} : { 'Content-Type': 'application/json' };
  const plain = { operation, path: pathOf(operation, document), headers: typed, body };
  const marks = [plain.path, body ?? ''].join('').split(MARK).length - 1;
  const perHeader = (operation.parameters ?? [])
    .filter((parameter) => parameter.in === 'header')
    // Never mark header and body at once: an Idempotency-Key with another body is refused before the body is read.
    .map(({ name }) => ({
      operation,
      path: unmarked(plain.path),
      headers: { ...typed, [name]: `a-key${MARK}` },
      body: body === undefined ? undefined : unmarked(body),
      marks: 1,
    }));
  return [...(marks > 0 ? [{ ...plain, marks }] : []), ...perHeader];
}

type Parameter = NonNullable<Operation['parameters']>[number];

/** A valid value of a parameter: the document's example, or one that its type allows. */
function valueOf({ example, schema }: Parameter, document: Document): string {
  const { type, enum: choices, example: shown } = document.resolve(schema ?? {});
  const format = schema?.format;
  const fallback = format === 'date' ? exampleDate(document) : type === 'boolean' ? false : 1;
  const value = example ?? shown ?? choices?.[0] ?? fallback;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function exampleDate({ schemas }: Document): string {
  return String(schemas.BookDto!.properties!.date!.example);
}

function pathOf({ path, parameters = [] }: Operation, document: Document): string {
  const query = parameters
    .filter((parameter) => parameter.in === 'query')
    .map((parameter) => `${parameter.name}=${valueOf(parameter, document)}${MARK}`);
  const filled = path.replace(/\{\w+\}/g, `1${MARK}`);
  return query.length === 0 ? filled : `${filled}?${query.join('&')}`;
}

function bodyOf({ requestBody }: Operation, document: Document): string | undefined {
  const schema = requestBody?.content['application/json']?.schema;
  if (!schema) return undefined;
  const fields = Object.entries(document.resolve(schema).properties ?? {}).map(([name, field]) => {
    const value = document.example(field) ?? document.resolve(field).enum?.[0] ?? 'text';
    // Numbers get no quotes, because a wrong type would have the request refused, whatever the other fields hold.
    const text = typeof value === 'string' ? `"${value}${MARK}"` : `${JSON.stringify(value)}${MARK}`;
    return `"${name}": ${text}`;
  });
  return `{${fields.join(', ')}}`;
}
