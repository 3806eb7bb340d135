import { Ajv, type ValidateFunction } from 'ajv';
import type { Document, Schema } from '../support/openapi.js';
import type { FuzzedRequest } from './fuzz-requests.js';

export interface FuzzedAnswer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

/** What the server says to a request that it cannot read, or to a path or method that is none. */
const UNREADABLE = [400, 404, 405, 413, 414, 415, 431];
const ELSEWHERE = [401, 429];

/** What no client is told: a stack, a statement, a driver, a file. */
const INTERNALS =
  /\bat \S+ \(|node_modules|\/dist\/|ER_[A-Z]+|SQLSTATE|\b(SELECT|INSERT INTO|UPDATE|DELETE FROM) |QueryFailed|FST_|\b(Type|Syntax|Range|Reference)Error\b|ECONN/;

/** Whether an answer is one that the document promises. */
export class Verdict {
  private readonly ajv = new Ajv({ strict: false, validateFormats: false, allErrors: false });
  private readonly known = new Map<string, ValidateFunction>();
  private readonly done = new Set<string>();
  private successes = 0;
  private answers = 0;

  constructor(document: Document) {
    this.ajv.addSchema(rooted({ components: { schemas: document.schemas } }), 'doc');
  }

  /** How far it came: a fuzzer that is always refused finds little. */
  get summary(): string {
    return `${this.successes} of ${this.answers} did what was asked, of ${this.done.size} operations`;
  }

  /** What is wrong with it; `undefined` if nothing is. */
  of({ operation, method }: FuzzedRequest, { status, type, text }: FuzzedAnswer): string | undefined {
    this.answers += 1;
    if (status < 300 && method === operation.method) {
      this.successes += 1;
      this.done.add(operation.name);
    }
    if (status >= 500) return `it answers ${status}`;
    if (status >= 400 && INTERNALS.test(text)) return 'it tells of its insides';
    if (method !== operation.method) return undefined;
    const documented = operation.responses[status];
    if (!documented) {
      return [...UNREADABLE, ...ELSEWHERE].includes(status)
        ? undefined
        : `it answers ${status}, which is not documented`;
    }
    const [name, content] = Object.entries(documented.content ?? {})[0] ?? [];
    if (!name || !content?.schema) return undefined;
    if (!type.startsWith(name)) return `it answers ${type} for ${status}, not ${name}`;
    const check = this.checkFor(`${operation.name} ${status}`, content.schema);
    return check(JSON.parse(text))
      ? undefined
      : `its ${status} is not as documented: ${this.ajv.errorsText(check.errors)}`;
  }

  private checkFor(name: string, schema: Schema): ValidateFunction {
    const check = this.known.get(name) ?? this.ajv.compile(rooted(schema));
    this.known.set(name, check);
    return check;
  }
}

/** With references that lead to the document, wherever the schema stands. */
function rooted(schema: object): object {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/components', '"doc#/components')) as object;
}
