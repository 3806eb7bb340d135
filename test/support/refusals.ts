import { expect } from 'vitest';
import type { Answer, Json } from './client.js';
import { expectProblem } from './problems.js';

/** A 400 as the contract has it: a problem with a stable code and a sentence for a person. */
export function expectRefusal(answer: Answer<unknown>, code?: string): void {
  const { detail } = expectProblem(answer, { status: 400, ...(code !== undefined && { code }) });
  expect(detail).toMatch(/[a-z]{2,} /);
}

/** All that an error tells its reader, without the id that each request has of its own. */
export function whatIsTold({ body }: Answer<Json>): Json {
  const told = { ...body };
  delete told.request_id;
  return told;
}
