import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { entityTagOf } from './if-match.js';

/** The documented header of answers with a `version`. */
export const ENTITY_TAG = {
  ETag: { description: 'The version, for `If-Match`', schema: { type: 'string', example: '"1"' } },
} as const;

/** The documented header of answers that have no version. */
export const CONTENT_TAG = {
  ETag: { description: 'Stays while the answer stays, for `If-None-Match`', schema: { type: 'string' } },
} as const;

/** Sets the entity tag of an answer, and returns the answer. */
export function tagged<T extends { readonly version: number }>(reply: FastifyReply, answer: T): T {
  setEntityTag(reply, answer.version);
  return answer;
}

/** Sets the entity tag of an answer that does not contain its version. */
export function setEntityTag(reply: FastifyReply, version: number): void {
  void reply.header('etag', entityTagOf(version));
}

/**
 * Sets a hash of the answer as its entity tag, and returns the answer. If the client has this answer already, sets 304
 * and returns nothing.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#name-if-none-match
 */
export function taggedByContent<T>(request: FastifyRequest, reply: FastifyReply, answer: T): T | undefined {
  const hash = createHash('sha256').update(JSON.stringify(answer)).digest('base64url');
  const tag = `"${hash.slice(0, 27)}"`;
  void reply.header('etag', tag);
  if (!isNamed(tag, request.headers['if-none-match'])) return answer;
  void reply.status(304);
  return undefined;
}

/** Compares weakly: a proxy that compresses an answer makes its tag weak. */
function isNamed(tag: string, header: string | undefined): boolean {
  if (header === undefined) return false;
  const tags = header.split(',').map((each) => each.trim().replace(/^W\//, ''));
  return tags.includes('*') || tags.includes(tag);
}
