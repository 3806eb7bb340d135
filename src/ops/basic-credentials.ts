import { randomBytes } from 'node:crypto';
import type { Credentials } from '../auth/sessions/login.service.js';

const UTF_8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The email and password of an HTTP Basic header (RFC 7617), in UTF-8. Node's limit of 16 KiB for all headers bounds what
 * is decoded here.
 */
export function credentialsOf(header = ''): Credentials | undefined {
  const encoded = /^Basic +([A-Za-z0-9+/]+={0,2})$/i.exec(header)?.[1];
  const bytes = Buffer.from(encoded ?? '', 'base64');
  const colon = bytes.indexOf(':');
  if (colon <= 0) return undefined;
  return { email: textOf(bytes.subarray(0, colon)), password: textOf(bytes.subarray(colon + 1)) };
}

/**
 * Decodes UTF-8. Invalid bytes become a random text, which no account can have and which takes as long to verify as any
 * other.
 */
function textOf(bytes: Uint8Array): string {
  try {
    return UTF_8.decode(bytes);
  } catch {
    return randomBytes(32).toString('base64');
  }
}
