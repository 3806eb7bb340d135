import { STATUS_CODES } from 'node:http';
import { getSchemaPath, type OpenAPIObject } from '@nestjs/swagger';
import { operationsOf, type PlacedOperation } from './api-operations.js';
import { type DeclaredProblem, ProblemDto } from './api-problems.js';
import type { ProblemMembers } from '../errors/problem-members.js';
import { OVERRIDABLE_RULES, RULES } from '../errors/rules.js';
import { EXAMPLE_BIRTH_DATE } from '../time/example-date.js';
import { resolved } from './describe-responses.js';
import { ERROR_CODES, type ErrorCode, statusesOf } from '../errors/error-codes.js';

const DESCRIPTIONS: Record<number, string> = {
  400: 'The request was rejected; `detail` says why, and `code` names the rule.',
  401: 'The token is missing or invalid.',
  403: 'The token is valid, but its account may not do this.',
  404: 'Not found.',
  409: 'The request conflicts with what is there, or one with this Idempotency-Key is still in progress.',
  412: 'There is a newer version than `If-Match` names. Nothing was changed.',
  413: 'The body is larger than 64 KiB.',
  415: 'The body is not JSON.',
  422: 'This Idempotency-Key was used with a different body.',
  429: 'Too many requests; `Retry-After` says when to try again.',
  503: 'Temporarily unavailable; `Retry-After` says when to try again.',
};

const EXAMPLE_CANDIDATE = {
  id: 31,
  given_name: 'Lucía',
  family_name: 'Romero',
  birth_date: EXAMPLE_BIRTH_DATE,
  phone: '+34612345678',
  email: 'patient@clinica.example',
};
interface FieldProblem {
  readonly field: string;
  readonly message: string;
}

const REQUEST_ID = '5f0c6c3a-7f52-4b0e-8f6d-0b8f6f8f9d11';

/**
 * Documents the errors of each operation: one response per status, with an example per code. Also documents whether the
 * operation requires a token, which follows from its errors.
 */
export function describeProblems(
  document: OpenAPIObject,
  declared: ReadonlyMap<string, readonly DeclaredProblem[]>,
): void {
  for (const placed of operationsOf(document)) {
    const { operation } = placed;
    const own = declared.get(operation.operationId!) ?? [];
    operation.security = own.includes('TOKEN_REQUIRED') ? [{ bearer: [] }] : [];
    const invalid = invalidFieldOf(placed, document);
    for (const [status, codes] of byStatus([...impliedBy(placed), ...own]))
      operation.responses[status] = problemResponse(status, codes, invalid);
  }
}

/** The errors that follow from the operation's path, method, body and parameters. */
function impliedBy({ path, method, operation }: PlacedOperation): ErrorCode[] {
  const { requestBody, parameters = [] } = operation;
  const isWriting = method !== 'get';
  const codes: ErrorCode[] = path.startsWith('/api/') ? ['TOO_MANY_REQUESTS', 'UNAVAILABLE', 'BUSY'] : [];
  if (isWriting) codes.push('OUTCOME_UNKNOWN');
  if (requestBody !== undefined || parameters.length > 0) codes.push('VALIDATION_FAILED');
  if (isWriting) codes.push('MALFORMED_REQUEST');
  if (requestBody !== undefined) codes.push('BODY_TOO_LARGE', 'NOT_JSON');
  return codes;
}

function byStatus(problems: readonly DeclaredProblem[]): Map<number, Set<ErrorCode>> {
  const found = new Map<number, Set<ErrorCode>>();
  for (const problem of problems) {
    const { code, status } =
      typeof problem === 'string' ? { code: problem, status: statusesOf(problem)[0]! } : problem;
    found.set(status, (found.get(status) ?? new Set()).add(code));
  }
  return found;
}

/** A field of the operation for the example of invalid input: one that it requires, else the id in its path. */
function invalidFieldOf({ operation }: PlacedOperation, document: OpenAPIObject): FieldProblem {
  const { requestBody, parameters = [] } = operation;
  const media = requestBody && 'content' in requestBody ? requestBody.content['application/json'] : undefined;
  const body = media?.schema && resolved(media.schema, document);
  const query = parameters.find((each) => 'in' in each && each.in === 'query' && each.required);
  const required = body?.required?.[0] ?? (query as { name: string } | undefined)?.name;
  if (required !== undefined) return { field: required, message: `${required} is required` };
  const inPath = parameters.find((each) => 'in' in each && each.in === 'path') as
    { name: string } | undefined;
  const known = inPath?.name;
  if (known !== undefined) return { field: known, message: `${known} must be a whole number of at least 1` };
  return { field: 'colour', message: 'colour is not a known field' };
}

function problemResponse(status: number, codes: ReadonlySet<ErrorCode>, invalid: FieldProblem) {
  const examples = [...codes].map((code) => [
    code,
    { summary: `${code}: ${ERROR_CODES[code].action}`, value: exampleOf(status, code, invalid) },
  ]);
  return {
    description: descriptionOf(status, codes),
    content: {
      'application/problem+json': {
        schema: { $ref: getSchemaPath(ProblemDto) },
        examples: Object.fromEntries(examples) as Record<string, { summary: string; value: object }>,
      },
    },
  };
}

function descriptionOf(status: number, codes: ReadonlySet<ErrorCode>): string {
  const description = DESCRIPTIONS[status] ?? STATUS_CODES[status] ?? '';
  if (!codes.has('POSSIBLE_DUPLICATE') || status !== 409) return description;
  return `${description} With \`POSSIBLE_DUPLICATE\`, \`candidates\` lists who it may be.`;
}

function exampleOf(status: number, code: ErrorCode, invalid: FieldProblem) {
  const isInvalid = code === 'VALIDATION_FAILED';
  const detail = isInvalid ? invalid.message : ERROR_CODES[code].answers[status]!;
  return {
    type: 'about:blank',
    title: STATUS_CODES[status]!,
    status,
    detail,
    error: detail,
    code,
    ...membersOf(code, detail, invalid),
    request_id: REQUEST_ID,
  };
}

/** The members that an example has in addition to those of all problems. */
function membersOf(
  code: ErrorCode,
  detail: string,
  invalid: FieldProblem,
): ProblemMembers & Partial<ProblemDto> {
  if (code === 'VALIDATION_FAILED') return { errors: [invalid] };
  if (code === 'STATUS_NOT_POSSIBLE') return { allowed: ['arrived'] };
  if (code === 'POSSIBLE_DUPLICATE') return { candidates: [EXAMPLE_CANDIDATE] };
  const rule = RULES.find((each) => each === code);
  const overridable = OVERRIDABLE_RULES.some((each) => each === code);
  return rule ? { violations: [{ rule, message: detail, overridable }] } : {};
}
