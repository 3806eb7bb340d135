import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

const NAMED = ['loopback', 'linklocal', 'uniquelocal'];

/** An address, a network or the name of one that a proxy may have; `undefined` if it is none. Pure. */
export function readProxy(text: string): string | undefined {
  // Short forms, which mean something else to everybody, are none.
  const isOne = isIP(text.split('/')[0]!) > 0 && (!text.includes('/') || ipaddr.isValidCIDR(text));
  return isOne || NAMED.includes(text) ? text : undefined;
}

/**
 * Whether a network is wider than the widest that people have for themselves, 10.0.0.0/8 and fc00::/7. One of IPv4 may be
 * written in IPv6.
 */
export function isTooWide(proxy: string): boolean {
  if (!ipaddr.isValidCIDR(proxy)) return false;
  const [address, bits] = ipaddr.parseCIDR(proxy);
  if (address instanceof ipaddr.IPv4) return bits < 8;
  return bits < (address.isIPv4MappedAddress() ? 96 + 8 : 7);
}
