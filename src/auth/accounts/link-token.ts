import { createHmac, timingSafeEqual } from 'node:crypto';
import type { LinkKind } from '../../outbox/notification-kind.js';

const UID_BYTES = 16;

/**
 * The token of a mailed link: the link's uid, and a keyed hash of the uid and the link's kind. It is not stored, is the
 * same whenever the email is rendered again, and cannot be made from the database alone. Pure.
 */
export function linkTokenOf(uid: string, kind: LinkKind, secret: string): string {
  return Buffer.concat([Buffer.from(uid.replaceAll('-', ''), 'hex'), macOf(uid, kind, secret)]).toString(
    'base64url',
  );
}

/** The uid of a token's link; `undefined` if this service did not make the token, or made it for another kind. */
export function uidOfLink(token: string, kind: LinkKind, secret: string): string | undefined {
  const uid = Buffer.from(token, 'base64url')
    .subarray(0, UID_BYTES)
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  const [given, expected] = [Buffer.from(token), Buffer.from(linkTokenOf(uid, kind, secret))];
  return given.length === expected.length && timingSafeEqual(given, expected) ? uid : undefined;
}

function macOf(uid: string, kind: LinkKind, secret: string): Buffer {
  return createHmac('sha256', secret).update(`account link ${kind} ${uid}`).digest();
}
