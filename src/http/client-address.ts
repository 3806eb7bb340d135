import type { FastifyRequest } from 'fastify';
import ipaddr from 'ipaddr.js';

/**
 * The network address that a request comes from, in the one way of writing it. What a proxy that is believed says may have
 * a port, which is taken off; what is no address at all counts for nothing, and the proxy's own stands for it.
 */
export function addressOf({ ip, socket }: Pick<FastifyRequest, 'ip' | 'socket'>): string {
  return readAddress(ip) ?? readAddress(socket.remoteAddress ?? '') ?? '0.0.0.0';
}

/** Pure. */
export function readAddress(text: string): string | undefined {
  const bare = /^\[(.*)\](:\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text;
  // Short forms such as 127.1 mean something else to everybody.
  const isAddress = ipaddr.IPv4.isValidFourPartDecimal(bare) || (bare.includes(':') && ipaddr.isValid(bare));
  return isAddress ? ipaddr.process(bare.replace(/%.*$/, '')).toString() : undefined;
}
