import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

const HASH_BYTES = 32;
const ID_BYTES = 4;

/** An account, and an address that its mails went to. */
export interface MailedAddress {
  readonly accountId: number;
  readonly hash: Buffer;
}

/**
 * What is kept of an address whose owner wants no mails. Of the form that mails go to (see `deliveryAddress`): whose
 * letters differ may be another's mailbox.
 */
export function hashOfAddress(email: string): Buffer {
  return createHash('sha256').update(email.toLowerCase()).digest();
}

/**
 * The code with which the reader of a mail says: this is not me. It is a hash of the address, the account that the mail is
 * about, and a keyed hash of both, so it need not be kept, and only mails to the address have it. Pure.
 */
export function addressTokenOf(email: string, accountId: number, secret: string): string {
  const id = Buffer.alloc(ID_BYTES);
  id.writeUInt32BE(accountId);
  return sealed(Buffer.concat([hashOfAddress(email), id]), secret);
}

/** What a code was mailed to, and about; `undefined` if it was not made here. */
export function readAddressToken(token: string, secret: string): MailedAddress | undefined {
  const told = Buffer.from(token, 'base64url').subarray(0, HASH_BYTES + ID_BYTES);
  const [given, expected] = [Buffer.from(token), Buffer.from(sealed(told, secret))];
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
  return { accountId: told.readUInt32BE(HASH_BYTES), hash: told.subarray(0, HASH_BYTES) };
}

function sealed(told: Buffer, secret: string): string {
  const mark = createHmac('sha256', secret).update('not me ').update(told).digest();
  return Buffer.concat([told, mark]).toString('base64url');
}
