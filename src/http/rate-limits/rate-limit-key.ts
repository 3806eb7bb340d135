import ipaddr from 'ipaddr.js';

const NETWORK_BITS = 64;

/**
 * The key by which requests from an address are counted: for IPv6 the whole /64, because one customer gets that many
 * addresses. Pure.
 *
 * @see https://datatracker.ietf.org/doc/html/rfc6177
 */
export function rateLimitKey(address: string): string {
  return (
    networkOf(address, NETWORK_BITS) ??
    (ipaddr.isValid(address) ? ipaddr.process(address).toString() : address)
  );
}

/** The network of an IPv6 address with a prefix of this many bits; undefined for any other address. Pure. */
export function networkOf(address: string, bits: number): string | undefined {
  if (!ipaddr.isValid(address)) return undefined;
  const parsed = ipaddr.process(address);
  if (parsed.kind() === 'ipv4') return undefined;
  return ipaddr.IPv6.networkAddressFromCIDR(`${parsed.toString()}/${bits}`).toString();
}
