import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

const HASH_BYTES = 32;
const ID_BYTES = 4;

/** The content of a token: an account, and the hash of an address to which its emails went. */
export interface AddressTokenPayload {
  readonly accountId: number;
  readonly hash: Buffer;
}

/**
 * The stored form of an address whose owner refuses emails. Hashes the delivery form (see `deliveryAddress`), because
 * different mailboxes may share a canonical form.
 */
export function hashOfAddress(email: string): Buffer {
  return createHash('sha256').update(email.toLowerCase()).digest();
}

/**
 * The code with which the reader of an email disowns the account. It consists of a hash of the address, the account's
 * id, and a keyed hash of both. It is not stored, and only emails to the address contain it. Pure.
 */
export function addressTokenOf(email: string, accountId: number, secret: string): string {
  const id = Buffer.alloc(ID_BYTES);
  id.writeUInt32BE(accountId);
  return sign(Buffer.concat([hashOfAddress(email), id]), secret);
}

/** The content of a code; `undefined` if this service did not make it. */
export function readAddressToken(token: string, secret: string): AddressTokenPayload | undefined {
  const payload = Buffer.from(token, 'base64url').subarray(0, HASH_BYTES + ID_BYTES);
  const [given, expected] = [Buffer.from(token), Buffer.from(sign(payload, secret))];
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
  return { accountId: payload.readUInt32BE(HASH_BYTES), hash: payload.subarray(0, HASH_BYTES) };
}

function sign(payload: Buffer, secret: string): string {
  const mac = createHmac('sha256', secret).update('not me ').update(payload).digest();
  return Buffer.concat([payload, mac]).toString('base64url');
}
