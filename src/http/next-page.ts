import type { FastifyReply, FastifyRequest } from 'fastify';
import type { CursorPage } from './cursor.js';
import { prefixOf } from './path-prefix.js';

export const NEXT_PAGE = {
  Link: { description: '`<...>; rel="next"` unless this is the last page', schema: { type: 'string' } },
} as const;

/**
 * Links to the next page of a list: the same request with these parameters replaced.
 *
 * @see https://datatracker.ietf.org/doc/html/rfc8288
 */
export function linkNextPage(
  request: FastifyRequest,
  reply: FastifyReply,
  parameters: Readonly<Record<string, string | number>>,
): void {
  const query = new URLSearchParams(request.url.split('?')[1]);
  for (const [name, value] of Object.entries(parameters)) query.set(name, String(value));
  void reply.header('link', `<${prefixOf(request)}${pathOf(request)}?${query.toString()}>; rel="next"`);
}

/** Sets the link to the next page, and returns the items of this one. */
export function linkPage<T>(
  { items, next }: CursorPage<T>,
  request: FastifyRequest,
  reply: FastifyReply,
): readonly T[] {
  if (next !== undefined) linkNextPage(request, reply, { cursor: next });
  return items;
}

/** The path of the route with the values of its parameters, written in one way however the client wrote it. */
function pathOf({ routeOptions, params }: FastifyRequest): string {
  const values = params as Readonly<Record<string, string>>;
  return routeOptions.url!.replaceAll(/:(\w+)/g, (_, name: string) => encodeURIComponent(values[name]!));
}
