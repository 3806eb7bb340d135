import { isIPv4 } from 'node:net';
import type { FastifyRequest } from 'fastify';
import ipaddr from 'ipaddr.js';

const NO_ADDRESS = '0.0.0.0';
const IPV4_IN_IPV6 = '::ffff:';

/**
 * The network address that a request comes from, in the one way of writing it. What a proxy that is believed says may have
 * a port, which is taken off; what is no address at all counts for nothing, and the proxy's own stands for it.
 */
export function addressOf(request: Pick<FastifyRequest, 'ip' | 'socket'>): string {
  return readAddress(request.ip) ?? readAddress(request.socket.remoteAddress ?? '') ?? NO_ADDRESS;
}

/** Pure. */
export function readAddress(text: string): string | undefined {
  // Nearly every address is plain IPv4, which needs no parsing.
  const plain = text.startsWith(IPV4_IN_IPV6) ? text.slice(IPV4_IN_IPV6.length) : text;
  if (isIPv4(plain)) return plain;
  const bare = /^\[(.*)\](:\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text;
  // Short forms such as 127.1 mean something else to everybody.
  const isAddress = ipaddr.IPv4.isValidFourPartDecimal(bare) || (bare.includes(':') && ipaddr.isValid(bare));
  return isAddress ? ipaddr.process(bare.replace(/%.*$/, '')).toString() : undefined;
}
