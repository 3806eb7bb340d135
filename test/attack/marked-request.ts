import type { Document, Operation } from '../support/openapi.js';

/** A request as a file for sqlmap, with a mark behind each value that is to be tampered with. */
export interface MarkedRequest {
  readonly operation: Operation;
  /** With `*` for the marks: without them it is a good request. */
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

/** What there is to tamper with in an operation: all but its headers, and each of these with all else as it is. */
export function markedRequests(operation: Operation, document: Document): MarkedRequest[] {
  const body = bodyOf(operation, document);
  const typed: Record<string, string> = body === undefined ? {} : { 'Content-Type': 'application/json' };
  const plain = { operation, path: pathOf(operation, document), headers: typed, body };
  const marks = [plain.path, body ?? ''].join('').split(MARK).length - 1;
  const named = (operation.parameters ?? [])
    .filter((parameter) => parameter.in === 'header')
    // A key that came with another body is refused before that body is looked at: never both at once.
    .map(({ name }) => ({
      operation,
      path: unmarked(plain.path),
      headers: { ...typed, [name]: `a-key${MARK}` },
      body: body === undefined ? undefined : unmarked(body),
      marks: 1,
    }));
  return [...(marks > 0 ? [{ ...plain, marks }] : []), ...named];
}

type Parameter = NonNullable<Operation['parameters']>[number];

/** A good value of a parameter: what the document shows, or what its type allows. */
function valueOf({ example, schema }: Parameter, document: Document): string {
  const { type, enum: choices, example: shown } = document.resolve(schema ?? {});
  const format = schema?.format;
  const made = format === 'date' ? exampleDate(document) : type === 'boolean' ? false : 1;
  const value = example ?? shown ?? choices?.[0] ?? made;
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
    // A number stays one: in quotes, the request would be refused for it whatever the other fields hold.
    const text = typeof value === 'string' ? `"${value}${MARK}"` : `${JSON.stringify(value)}${MARK}`;
    return `"${name}": ${text}`;
  });
  return `{${fields.join(', ')}}`;
}
