import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Says that there is no proxy. */
export const NO_PROXY = 'none';
const NAMED = [NO_PROXY, 'loopback', 'linklocal', 'uniquelocal'];

/** An address, a network or the name of one that a proxy may have; `undefined` if it is none. Pure. */
export function readProxy(text: string): string | undefined {
  // Short forms, which mean something else to everybody, are none.
  const isOne = isIP(text.split('/')[0]!) > 0 && (!text.includes('/') || ipaddr.isValidCIDR(text));
  return isOne || NAMED.includes(text) ? text : undefined;
}

/**
 * Whether a network is wider than proxies need, a /24 or in IPv6 a /64: whoever sits in it can make up the address that is
 * limited. One of IPv4 may be written in IPv6. This machine's own, loopback, is never too wide. Pure.
 */
export function isTooWide(proxy: string): boolean {
  if (proxy === 'linklocal' || proxy === 'uniquelocal') return true;
  if (!ipaddr.isValidCIDR(proxy)) return false;
  const [address, bits] = ipaddr.parseCIDR(proxy);
  if (address.range() === 'loopback') return false;
  if (address instanceof ipaddr.IPv4) return bits < 24;
  return bits < (address.isIPv4MappedAddress() ? 96 + 24 : 64);
}

/** Those that are trusted; none for `none`. Pure. */
export function trustedProxies(proxies: readonly string[]): string[] {
  return proxies.filter((proxy) => proxy !== NO_PROXY);
}

/** Whether `none` stands beside proxies. Pure. */
export function isContradictory(proxies: readonly string[]): boolean {
  return proxies.length > 1 && proxies.includes(NO_PROXY);
}
