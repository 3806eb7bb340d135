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
 * Whether a network is wider than proxies need, a /24 or in IPv6 a /64: a client inside it can make up the address that is
 * limited. A network of IPv4 may be written in IPv6. Loopback, 127.0.0.0/8, is never too wide. Pure.
 */
export function isTooWide(proxy: string): boolean {
  if (proxy === 'linklocal' || proxy === 'uniquelocal') return true;
  if (!ipaddr.isValidCIDR(proxy)) return false;
  const [address, bits] = ipaddr.parseCIDR(proxy);
  if (address instanceof ipaddr.IPv4) return bits < (address.range() === 'loopback' ? 8 : 24);
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

/** The ranges of addresses, as ipaddr.js calls them, that the names stand for. */
const RANGES: Readonly<Record<string, readonly string[]>> = {
  loopback: ['loopback'],
  linklocal: ['linkLocal'],
  uniquelocal: ['private', 'uniqueLocal'],
};

/** Whether an address is one of the trusted proxies'. Pure. */
export function isTrusted(address: string, proxies: readonly string[]): boolean {
  const bare = address.replace(/%.*$/, '');
  if (!ipaddr.isValid(bare)) return false;
  const parsed = ipaddr.process(bare);
  return trustedProxies(proxies).some((proxy) => {
    const ranges = RANGES[proxy];
    if (ranges) return ranges.includes(parsed.range());
    const [network, bits] = networkOf(proxy);
    return network.kind() === parsed.kind() && parsed.match(network, bits);
  });
}

/** A network of IPv4 that is written in IPv6 is one of IPv4. */
function networkOf(proxy: string): [ipaddr.IPv4 | ipaddr.IPv6, number] {
  const [address, bits] = proxy.includes('/')
    ? ipaddr.parseCIDR(proxy)
    : [ipaddr.parse(proxy), isIP(proxy) === 4 ? 32 : 128];
  if (address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress())
    return [address.toIPv4Address(), Math.max(0, bits - 96)];
  return [address, bits];
}
