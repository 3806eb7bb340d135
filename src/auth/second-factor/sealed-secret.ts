import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Encrypts a secret for storage. A reader of the database can neither use it nor move it to another account.
 *
 * @param secretKey one of `Keys`; the encryption key is derived from it
 */
export function seal(secret: Uint8Array, accountId: number, secretKey: string): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, keyFrom(secretKey), nonce);
  cipher.setAAD(Buffer.from(`account ${accountId}`));
  const text = Buffer.concat([cipher.update(secret), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), text]);
}

/** Decrypts a sealed secret; undefined if it was sealed for another account or with another key. */
export function unseal(sealed: Buffer, accountId: number, secretKey: string): Buffer | undefined {
  if (sealed.length < NONCE_BYTES + TAG_BYTES) return undefined;
  const nonce = sealed.subarray(0, NONCE_BYTES);
  const decipher = createDecipheriv(CIPHER, keyFrom(secretKey), nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(`account ${accountId}`));
  decipher.setAuthTag(sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
  const text = sealed.subarray(NONCE_BYTES + TAG_BYTES);
  try {
    return Buffer.concat([decipher.update(text), decipher.final()]);
  } catch {
    return undefined;
  }
}

function keyFrom(secretKey: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secretKey, '', 'second factor', KEY_BYTES));
}
