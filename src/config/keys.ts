import { type BinaryToTextEncoding, createHmac } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { ClinicEnvironment } from './clinic.environment.js';
import { readSecrets } from './secrets.js';

/**
 * The keys that `JWT_SECRET` holds: the present one, with which everything new is signed, sealed and hashed; and while
 * keys are being rotated the former one, with which only what is there already is read. Nothing else reads `JWT_SECRET`.
 */
@Injectable()
export class Keys {
  readonly present: string;
  /** The present one first. */
  readonly all: readonly string[];

  constructor({ JWT_SECRET }: ClinicEnvironment) {
    this.all = readSecrets(JWT_SECRET)!;
    this.present = this.all[0]!;
  }

  /** A keyed hash of a text, by the present key. */
  hash(text: string): string {
    return hashBy(this.present, text);
  }

  /** The keyed hashes of a text by all keys, the present one's first: compare what is stored with each. */
  hashes(text: string, encoding: BinaryToTextEncoding = 'base64url'): string[] {
    return this.all.map((key) => hashBy(key, text, encoding));
  }

  /** What `read` makes of the first key that it can do something with. */
  find<T>(read: (key: string) => T | undefined): T | undefined {
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
