import { VersionMismatch } from '../errors/domain-error.js';
import type { Context } from './context.js';

/**
 * The entity tags of an `If-Match` header: undefined without one. A bare number counts as a tag, since people forget the
 * quotes.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#name-if-match
 */
export function readIfMatch(header: string | string[] | undefined): readonly string[] | undefined {
  if (header === undefined) return undefined;
  return String(header)
    .split(',')
    .map((tag) => tag.trim().replace(/^\d+$/, '"$&"'));
}

/** The entity tag of a version. */
export function entityTagOf(version: number): string {
  return `"${version}"`;
}

/**
 * Asserts that the request means the present version, if it names one.
 *
 * @throws VersionMismatch
 */
export function assertCurrent({ ifMatch }: Pick<Context, 'ifMatch'>, version: number): void {
  if (ifMatch && !ifMatch.includes('*') && !ifMatch.includes(entityTagOf(version)))
    throw new VersionMismatch();
}
