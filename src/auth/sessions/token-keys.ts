import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Keys } from '../../config/keys.js';

/** The keys of tokens as `KeyObject`s. jsonwebtoken would try to parse a string as a public key on every request. */
@Injectable()
export class TokenKeys {
  readonly signing: KeyObject;
  private readonly former: readonly KeyObject[];

  constructor(keys: Keys) {
    const [present, ...former] = keys.all.map((secret) => createSecretKey(Buffer.from(secret)));
    this.signing = present!;
    this.former = former;
  }

  /** The key to verify a token with: a former key if that signed it, else the present one. */
  verifying(token: string): KeyObject {
    return this.former.find((key) => isSignedBy(key, token)) ?? this.signing;
  }
}

function isSignedBy(key: KeyObject, token: string): boolean {
  const end = token.lastIndexOf('.');
  const signature = Buffer.from(token.slice(end + 1), 'base64url');
  const expected = createHmac('sha256', key)
    .update(token.slice(0, Math.max(0, end)))
    .digest();
  return signature.length === expected.length && timingSafeEqual(signature, expected);
}
