import type { FastifyRequest } from 'fastify';
import ipaddr from 'ipaddr.js';

const NO_ADDRESS = '0.0.0.0';

/** Read once, while the client is there: a line of the log is written when it may be gone. */
const addresses = new WeakMap<object, string>();

/**
 * The network address that a request comes from, in the one way of writing it. What a proxy that is believed says may have
 * a port, which is taken off; what is no address at all counts for nothing, and the proxy's own stands for it.
 */
export function addressOf(request: Pick<FastifyRequest, 'ip' | 'socket'>): string {
  const known = addresses.get(request);
  if (known !== undefined) return known;
  // Fastify says `string`, but a socket whose client has hung up tells no address.
  const ip = request.ip as string | undefined;
  const address = readAddress(ip ?? '') ?? readAddress(request.socket.remoteAddress ?? '') ?? NO_ADDRESS;
  addresses.set(request, address);
  return address;
}

/** Pure. */
export function readAddress(text: string): string | undefined {
  const bare = /^\[(.*)\](:\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text;
  // Short forms such as 127.1 mean something else to everybody.
  const isAddress = ipaddr.IPv4.isValidFourPartDecimal(bare) || (bare.includes(':') && ipaddr.isValid(bare));
  return isAddress ? ipaddr.process(bare.replace(/%.*$/, '')).toString() : undefined;
}
