import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

const HASH_BYTES = 32;

/** What is kept of an address whose owner wants no mails. */
export function hashOfAddress(email: string): Buffer {
  return createHash('sha256').update(email.toLowerCase()).digest();
}

/**
 * The code with which the reader of a mail says: this is not me. It is a hash of the address and a keyed hash of that, so
 * it need not be kept, speaks for the address whichever account mails it, and only a mail to the address has it. Pure.
 */
export function addressTokenOf(email: string, secret: string): string {
  const hash = hashOfAddress(email);
  return Buffer.concat([hash, mark(hash, secret)]).toString('base64url');
}

/** The hash of the address that a code was mailed to; `undefined` if it was not made here. */
export function hashInAddressToken(token: string, secret: string): Buffer | undefined {
  const hash = Buffer.from(token, 'base64url').subarray(0, HASH_BYTES);
  const expected = Buffer.from(Buffer.concat([hash, mark(hash, secret)]).toString('base64url'));
  const given = Buffer.from(token);
  return given.length === expected.length && timingSafeEqual(given, expected) ? hash : undefined;
}

function mark(hash: Buffer, secret: string): Buffer {
  return createHmac('sha256', secret).update('not me ').update(hash).digest();
}
