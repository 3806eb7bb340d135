import { type BinaryToTextEncoding, createHmac } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { ClinicEnvironment } from './clinic.environment.js';
import { readSecrets } from './secrets.js';

/**
 * The keys in `JWT_SECRET`: the current one signs, seals and hashes everything new. During a key rotation there is also
 * the former one, which only reads existing data. Nothing else reads `JWT_SECRET`.
 */
@Injectable()
export class Keys {
  readonly current: string;
  /** The current key first. */
  readonly all: readonly string[];

  constructor({ JWT_SECRET }: ClinicEnvironment) {
    this.all = readSecrets(JWT_SECRET)!;
    this.current = this.all[0]!;
  }

  /** A keyed hash of a text, with the current key. */
  hash(text: string): string {
    return hashBy(this.current, text);
  }

  /** The keyed hashes of a text, one per key, the current key's first. Compare a stored hash with each of them. */
  hashes(text: string, encoding: BinaryToTextEncoding = 'base64url'): string[] {
    return this.all.map((key) => hashBy(key, text, encoding));
  }

  /** The result of `read` for the first key for which it returns one. */
  firstResult<T>(read: (key: string) => T | undefined): T | undefined {
    for (const key of this.all) {
      const found = read(key);
      if (found !== undefined) return found;
    }
    return undefined;
  }
}

function hashBy(key: string, text: string, encoding: BinaryToTextEncoding = 'base64url'): string {
  return createHmac('sha256', key).update(text).digest(encoding);
}
