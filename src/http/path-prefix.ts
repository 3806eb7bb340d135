import type { FastifyRequest } from 'fastify';
import { isTrusted } from '../config/proxies.js';

/** Plain segments only: it is put into links and into the page of the dashboard. */
const PREFIX = /^(\/(?!\.{1,2}(\/|$))[\w.~-]{1,100}){1,8}$/;

const prefixes = new WeakMap<object, string>();

/**
 * Notes the path below which a proxy serves the API, as `X-Forwarded-Prefix` says: `/clinic`. Only the word of a trusted
 * proxy counts; anybody else could lead the links of a page elsewhere.
 */
export function rememberPrefix(
  request: Pick<FastifyRequest, 'headers' | 'socket'>,
  proxies: readonly string[],
): void {
  const given = request.headers['x-forwarded-prefix'];
  if (typeof given !== 'string' || !isTrusted(request.socket.remoteAddress ?? '', proxies)) return;
  const prefix = given.slice(0, 1_000).replace(/\/$/, '');
  if (PREFIX.test(prefix)) prefixes.set(request, prefix);
}

/** The path below which a proxy serves the API, such as `/clinic`; empty where there is none. */
export function prefixOf(request: object): string {
  return prefixes.get(request) ?? '';
}
