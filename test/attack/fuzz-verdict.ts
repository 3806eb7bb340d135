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

/** What no client is told: a stack, a statement, a driver, a parser, a file. */
const INTERNALS =
  /\bat \S+ \(|node_modules|\/dist\/|"\/(usr|home|root|tmp|opt|srv|app)\/|\.[jt]s:\d|ER_[A-Z]+|SQLSTATE|\b(SELECT|INSERT INTO|UPDATE|DELETE FROM) |QueryFailed|FST_|\b(Type|Syntax|Range|Reference)Error\b|ECONN|in JSON at position|Unexpected token|[Mm]y[Ss][Qq][Ll]|[Mm]aria|[Tt]ype[Oo][Rr][Mm]|[Rr]edis/;

/** What every error is, whether the document names it or not. */
const PROBLEM = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail', 'error', 'code'],
  properties: {
    status: { type: 'integer' },
    code: { type: 'string', pattern: '^[A-Z][A-Z_]+$' },
    detail: { type: 'string', minLength: 1 },
  },
};

/** Whether an answer is one that the document promises. */
export class Verdict {
  private readonly ajv = new Ajv({ strict: false, validateFormats: false, allErrors: false });
  private readonly known = new Map<string, ValidateFunction>();
  private readonly problem = this.ajv.compile<{ status: number; detail: string; error: string }>(PROBLEM);

  constructor(document: Document) {
    this.ajv.addSchema(rooted({ components: { schemas: document.schemas } }), 'doc');
  }

  /** What is wrong with it; `undefined` if nothing is. */
  of({ operation, method }: FuzzedRequest, answer: FuzzedAnswer): string | undefined {
    const { status, text } = answer;
    if (status >= 500) return `it answers ${status}`;
    const inside = status >= 400 && INTERNALS.exec(text)?.[0];
    if (inside) return `its ${status} tells of its insides: ${inside}`;
    if (status >= 400 && method !== 'HEAD') {
      const wrong = this.wrongWithProblem(answer);
      if (wrong !== undefined) return wrong;
    }
    return method === operation.method ? this.wrongWithDocumented(operation, answer) : undefined;
  }

  private wrongWithProblem({ status, type, text }: FuzzedAnswer): string | undefined {
    if (!type.startsWith('application/problem+json')) return `it answers ${status} as ${type || 'nothing'}`;
    const problem = parsed(text);
    if (!this.problem(problem))
      return `its ${status} is no problem: ${this.ajv.errorsText(this.problem.errors)}`;
    if (problem.status !== status) return `its ${status} says that it is ${problem.status}`;
    return problem.error === problem.detail ? undefined : `error and detail of its ${status} differ`;
  }

  private wrongWithDocumented(
    operation: FuzzedRequest['operation'],
    { status, type, text }: FuzzedAnswer,
  ): string | undefined {
    const documented = operation.responses[status];
    if (!documented)
      return UNREADABLE.includes(status) ? undefined : `it answers ${status}, which is not documented`;
    const [name, content] = Object.entries(documented.content ?? {})[0] ?? [];
    if (!name || !content?.schema) return undefined;
    if (!type.startsWith(name)) return `it answers ${type} for ${status}, not ${name}`;
    const check = this.checkFor(`${operation.name} ${status}`, content.schema);
    return check(parsed(text))
      ? undefined
      : `its ${status} is not as documented: ${this.ajv.errorsText(check.errors)}`;
  }

  private checkFor(name: string, schema: Schema): ValidateFunction {
    const check = this.known.get(name) ?? this.ajv.compile(rooted(schema));
    this.known.set(name, check);
    return check;
  }
}

/** What a text says in JSON; `undefined`, which no schema allows, if nothing. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** With references that lead to the document, wherever the schema stands. */
function rooted(schema: object): object {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/components', '"doc#/components')) as object;
}
