import type { FastifyRequest } from 'fastify';
import { isTrusted } from '../config/proxies.js';

/** Plain segments only: the prefix becomes part of links and of the dashboard's page. */
const PREFIX = /^(\/(?!\.{1,2}(\/|$))[\w.~-]{1,100}){1,8}$/;

const prefixes = new WeakMap<object, string>();

/**
 * Remembers the path below which a proxy serves the API, such as `/clinic`, from `X-Forwarded-Prefix`. Only a trusted
 * proxy is believed: anybody else could redirect the links of a page.
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

/** The path below which a proxy serves the API, such as `/clinic`; empty if there is none. */
export function prefixOf(request: object): string {
  return prefixes.get(request) ?? '';
}
