import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

const HASH_BYTES = 32;
const ID_BYTES = 4;

/** Whose emails go to an address: those of an account, or of a patient with an address of their own. */
export interface MailOwner {
  readonly type: 'account' | 'patient';
  readonly id: number;
}

/** The content of a token: the owner of the emails, and the hash of an address to which they went. */
export interface AddressTokenPayload extends MailOwner {
  readonly hash: Buffer;
}

/** What the keyed hash begins with. A code for an account is never valid for the patient with the same id. */
const PURPOSES: Readonly<Record<MailOwner['type'], string>> = {
  account: 'not me ',
  patient: 'not this patient ',
};
const TYPES = Object.keys(PURPOSES) as MailOwner['type'][];

/**
 * The stored form of an address whose owner refuses emails. Hashes the delivery form (see `deliveryAddress`), because
 * different mailboxes may share a canonical form.
 */
export function hashOfAddress(email: string): Buffer {
  return createHash('sha256').update(email.toLowerCase()).digest();
}

/**
 * The code with which the reader of an email disowns the account or the patient. It consists of a hash of the address,
 * the id of the account or patient, and a keyed hash of both. It is not stored, and only emails to the address contain
 * it. Pure.
 */
export function addressTokenOf(email: string, { type, id }: MailOwner, secret: string): string {
  const encodedId = Buffer.alloc(ID_BYTES);
  encodedId.writeUInt32BE(id);
  return sign(Buffer.concat([hashOfAddress(email), encodedId]), type, secret);
}

/** The content of a code; `undefined` if this service did not make it. */
export function readAddressToken(token: string, secret: string): AddressTokenPayload | undefined {
  const payload = Buffer.from(token, 'base64url').subarray(0, HASH_BYTES + ID_BYTES);
  const type = TYPES.find((each) => isEqual(token, sign(payload, each, secret)));
  if (type === undefined) return undefined;
  return { type, id: payload.readUInt32BE(HASH_BYTES), hash: payload.subarray(0, HASH_BYTES) };
}

function sign(payload: Buffer, type: MailOwner['type'], secret: string): string {
  const mac = createHmac('sha256', secret).update(PURPOSES[type]).update(payload).digest();
  return Buffer.concat([payload, mac]).toString('base64url');
}

function isEqual(token: string, expected: string): boolean {
  const [given, own] = [Buffer.from(token), Buffer.from(expected)];
  return given.length === own.length && timingSafeEqual(given, own);
}
