import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** The value for having no proxy. */
export const NO_PROXY = 'none';
const NAMES = [NO_PROXY, 'loopback', 'linklocal', 'uniquelocal'];

/** The address or network of a proxy, or the name of a network; `undefined` if the text is not one. Pure. */
export function readProxy(text: string): string | undefined {
  // Short forms such as 127.1 are rejected: programs read them differently.
  const isValid = isIP(text.split('/')[0]!) > 0 && (!text.includes('/') || ipaddr.isValidCIDR(text));
  return isValid || NAMES.includes(text) ? text : undefined;
}

/**
 * Whether a network is wider than proxies need: a /24, or a /64 in IPv6. A client inside it can forge the address that
 * rate limits count. Loopback, 127.0.0.0/8, is never too wide. Pure.
 */
export function isTooWide(proxy: string): boolean {
  if (proxy === 'linklocal' || proxy === 'uniquelocal') return true;
  if (!ipaddr.isValidCIDR(proxy)) return false;
  const [address, bits] = ipaddr.parseCIDR(proxy);
  if (address instanceof ipaddr.IPv4) return bits < (address.range() === 'loopback' ? 8 : 24);
  return bits < (address.isIPv4MappedAddress() ? 96 + 24 : 64);
}

/** The proxies without `none`. Pure. */
export function trustedProxies(proxies: readonly string[]): string[] {
  return proxies.filter((proxy) => proxy !== NO_PROXY);
}

/** Whether the list has both `none` and proxies. Pure. */
export function isContradictory(proxies: readonly string[]): boolean {
  return proxies.length > 1 && proxies.includes(NO_PROXY);
}

/** The ranges in ipaddr.js for each name of a network. */
const RANGES: Readonly<Record<string, readonly string[]>> = {
  loopback: ['loopback'],
  linklocal: ['linkLocal'],
  uniquelocal: ['private', 'uniqueLocal'],
};

/** Whether an address belongs to a trusted proxy. Pure. */
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

/** The network and its prefix length; an IPv4-mapped IPv6 network becomes IPv4. */
function networkOf(proxy: string): [ipaddr.IPv4 | ipaddr.IPv6, number] {
  const [address, bits] = proxy.includes('/')
    ? ipaddr.parseCIDR(proxy)
    : [ipaddr.parse(proxy), isIP(proxy) === 4 ? 32 : 128];
  if (address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress())
    return [address.toIPv4Address(), Math.max(0, bits - 96)];
  return [address, bits];
}
