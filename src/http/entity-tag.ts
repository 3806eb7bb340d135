import type { FastifyReply } from 'fastify';
import { entityTagOf } from './if-match.js';

/** The documented header of answers with a `version`. */
export const ENTITY_TAG = {
  ETag: { description: 'The version, for `If-Match`', schema: { type: 'string', example: '"1"' } },
} as const;

/** Sets the entity tag of an answer, and returns the answer. */
export function tagged<T extends { readonly version: number }>(reply: FastifyReply, answer: T): T {
  void reply.header('etag', entityTagOf(answer.version));
  return answer;
}
