import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

const NAMED = ['loopback', 'linklocal', 'uniquelocal'];

/** An address, a network or the name of one that a proxy may have; `undefined` if it is none. Pure. */
export function readProxy(text: string): string | undefined {
  // Short forms, which mean something else to everybody, are none.
  const isOne = isIP(text.split('/')[0]!) > 0 && (!text.includes('/') || ipaddr.isValidCIDR(text));
  return isOne || NAMED.includes(text) ? text : undefined;
}

/** Whether anybody at all would be believed. */
export function isEveryone(proxy: string): boolean {
  return /\/0+$/.test(proxy);
}
