import { STATUS_CODES } from 'node:http';
import { expect } from 'vitest';
import { ProblemDto } from '../../src/http/api-problems.js';
import type { Answer } from './client.js';

/** An error as the contract defines it. */
export interface ProblemJson {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly error: string;
  readonly code: string;
  readonly errors?: readonly { field: string; message: string }[];
  readonly request_id: string;
}

/** Texts that would reveal a database, parser, framework or program error to a client. */
const INTERNALS =
  /\bSQL|\bER_|QUERY|Unexpected (token|end)|JSON at position|in JSON|FST_|HPE_|undefined|\bNaN\b|\[object|(Type|Syntax|Range)Error|constraint|node_modules|Validation failed|should not exist|\bat \w+\.\w+ \(/i;

/** The members that the OpenAPI document declares. */
const DECLARED = (
  Reflect.getMetadata('swagger/apiModelPropertiesArray', ProblemDto.prototype) as readonly string[]
).map((name) => name.slice(1));

/** Expects an RFC 9457 problem with everything that clients read, and returns it. */
export function expectProblem(
  { status, headers, body }: Answer<unknown>,
  expected: { status: number; code?: string; detail?: string },
): ProblemJson {
  const problem = body as ProblemJson;
  expect(problem).toMatchObject(expected);
  expect(status).toBe(expected.status);
  expect(headers.get('content-type')).toMatch(/^application\/problem\+json(;|$)/);
  expect(problem).toMatchObject({ type: 'about:blank', title: STATUS_CODES[status] });
  expect(DECLARED).toEqual(expect.arrayContaining(Object.keys(problem)));
  expect(problem.error).toBe(problem.detail);
  expect(problem.detail).toMatch(/^\S+( \S+)*$/s);
  expect(problem.detail).not.toMatch(INTERNALS);
  expect(problem.code).toMatch(/^[A-Z]+(_[A-Z]+)*$/);
  expect(headers.get('x-request-id')).toBe(problem.request_id);
  expect(problem.request_id).toMatch(/^[\w-]{1,64}$/);
  return problem;
}

/** The fields that a problem about bad input names, sorted. */
export function invalidFields(problem: ProblemJson): string[] {
  for (const { field, message } of problem.errors ?? []) {
    expect(message).toContain(field);
    expect(problem.detail).toContain(message);
  }
  return (problem.errors ?? []).map(({ field }) => field).sort();
}
