import ipaddr from 'ipaddr.js';

const SITE_BITS = 64;

/**
 * The key by which requests from an address are counted: for IPv6 the whole /64, because one customer gets that many
 * addresses. Pure.
 *
 * @see https://datatracker.ietf.org/doc/html/rfc6177
 */
export function rateLimitKey(address: string): string {
  if (!ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  if (parsed.kind() === 'ipv4') return parsed.toString();
  return ipaddr.IPv6.networkAddressFromCIDR(`${parsed.toString()}/${SITE_BITS}`).toString();
}
