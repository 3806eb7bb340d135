import { isIPv4 } from 'node:net';
import type { FastifyRequest } from 'fastify';
import ipaddr from 'ipaddr.js';

const NO_ADDRESS = '0.0.0.0';
const IPV4_IN_IPV6 = '::ffff:';

/**
 * The network address that a request comes from, in canonical form. Drops the port that a trusted proxy may add. If the
 * proxy forwards something that is not an address, the proxy's own address is used.
 */
export function addressOf(request: Pick<FastifyRequest, 'ip' | 'socket'>): string {
  return readAddress(request.ip) ?? readAddress(request.socket.remoteAddress ?? '') ?? NO_ADDRESS;
}

/** The address in canonical form; `undefined` if the text is not one. Pure. */
export function readAddress(text: string): string | undefined {
  // Nearly every address is plain IPv4, which needs no parsing.
  const plain = text.startsWith(IPV4_IN_IPV6) ? text.slice(IPV4_IN_IPV6.length) : text;
  if (isIPv4(plain)) return plain;
  const bare = /^\[(.*)\](:\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text;
  // Short forms such as 127.1 are read differently by different programs.
  const isAddress = ipaddr.IPv4.isValidFourPartDecimal(bare) || (bare.includes(':') && ipaddr.isValid(bare));
  return isAddress ? ipaddr.process(bare.replace(/%.*$/, '')).toString() : undefined;
}
