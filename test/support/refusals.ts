import { expect } from 'vitest';
import type { Answer, Json } from './client.js';
import { expectProblem } from './problems.js';

/** Expects a 400 as the contract defines it: a problem with a stable code and a sentence for people. */
export function expectRefusal(answer: Answer<unknown>, code?: string): void {
  const { detail } = expectProblem(answer, { status: 400, ...(code !== undefined && { code }) });
  expect(detail).toMatch(/[a-z]{2,} /);
}

/** An error's body without the id of its request. */
export function withoutRequestId({ body }: Answer<Json>): Json {
  const problem = { ...body };
  delete problem.request_id;
  return problem;
}
