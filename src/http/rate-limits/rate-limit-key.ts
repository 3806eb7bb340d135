import ipaddr from 'ipaddr.js';

const SITE_BITS = 64;

/**
 * What stands for an address when requests are counted: an IPv6 address for its whole /64, which is what a single
 * customer is given. Pure.
 *
 * @see https://datatracker.ietf.org/doc/html/rfc6177
 */
export function rateLimitKey(address: string): string {
  if (!ipaddr.isValid(address)) return address;
  const read = ipaddr.process(address);
  if (read.kind() === 'ipv4') return read.toString();
  return ipaddr.IPv6.networkAddressFromCIDR(`${read.toString()}/${SITE_BITS}`).toString();
}
