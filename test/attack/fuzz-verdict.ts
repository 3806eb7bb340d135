import { Ajv, type ValidateFunction } from 'ajv';
import type { Document, Schema } from '../support/openapi.js';
import type { FuzzedRequest } from './fuzz-requests.js';

export interface FuzzedAnswer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

/** Statuses of requests that the server cannot read, or whose path or method does not exist. */
const UNREADABLE = [400, 404, 405, 413, 414, 415, 431];

/** Texts that no client may see: of a stack trace, a statement, a driver, a parser or a file. */
const INTERNALS =
  /\bat \S+ \(|node_modules|\/dist\/|"\/(usr|home|root|tmp|opt|srv|app)\/|\.[jt]s:\d|ER_[A-Z]+|SQLSTATE|\b(SELECT|INSERT INTO|UPDATE|DELETE FROM) |QueryFailed|FST_|\b(Type|Syntax|Range|Reference)Error\b|ECONN|in JSON at position|Unexpected token|[Mm]y[Ss][Qq][Ll]|[Mm]aria|[Tt]ype[Oo][Rr][Mm]|[Rr]edis/;

/** The schema of every error, whether documented or not. */
const PROBLEM = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail', 'error', 'code'],
  properties: {
    status: { type: 'integer' },
    code: { type: 'string', pattern: '^[A-Z][A-Z_]+$' },
    detail: { type: 'string', minLength: 1 },
  },
};

/** Checks answers against the API document. */
export class Verdict {
  private readonly ajv = new Ajv({ strict: false, validateFormats: false, allErrors: false });
  private readonly checks = new Map<string, ValidateFunction>();
  private readonly problem = this.ajv.compile<{ status: number; detail: string; error: string }>(PROBLEM);

  constructor(document: Document) {
    this.ajv.addSchema(rooted({ components: { schemas: document.schemas } }), 'doc');
  }

  /** What is wrong with an answer; undefined if nothing is. */
  of({ operation, method }: FuzzedRequest, answer: FuzzedAnswer): string | undefined {
    const { status, text } = answer;
    if (status >= 500) return `it answers ${status}`;
    const internal = status >= 400 && INTERNALS.exec(text)?.[0];
    if (internal) return `its ${status} reveals internals: ${internal}`;
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
      return `its ${status} is not a problem document: ${this.ajv.errorsText(this.problem.errors)}`;
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
    const check = this.checks.get(name) ?? this.ajv.compile(rooted(schema));
    this.checks.set(name, check);
    return check;
  }
}

/** The JSON value of a text; undefined, which no schema allows, if it is not JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Makes a schema's references point to the API document. */
function rooted(schema: object): object {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/components', '"doc#/components')) as object;
}
