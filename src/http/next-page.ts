import type { FastifyReply, FastifyRequest } from 'fastify';
import { prefixOf } from './path-prefix.js';

/** Documents the link to the next page. */
export const NEXT_PAGE = {
  Link: { description: '`<...>; rel="next"` where the list goes on', schema: { type: 'string' } },
} as const;

/**
 * Tells where a list goes on: the same request, with these parameters in place of those that it had.
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
  void reply.header(
    'link',
    `<${prefixOf(request)}${request.routeOptions.url}?${query.toString()}>; rel="next"`,
  );
}
