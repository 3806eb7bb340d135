import { createHmac, timingSafeEqual } from 'node:crypto';
import type { AccountKind } from '../../outbox/notification-kind.js';

const UID_BYTES = 16;

/**
 * What a mailed link carries: the link's uid and a keyed hash of it and of what it is for. It need not be kept, is the
 * same whenever the mail is written again, and who reads the database cannot make it. Pure.
 */
export function linkTokenOf(uid: string, kind: AccountKind, secret: string): string {
  return Buffer.concat([Buffer.from(uid.replaceAll('-', ''), 'hex'), mark(uid, kind, secret)]).toString(
    'base64url',
  );
}

/** The uid of the link that a token belongs to; `undefined` if it was not made here, or for something else. */
export function uidOfLink(token: string, kind: AccountKind, secret: string): string | undefined {
  const uid = Buffer.from(token, 'base64url')
    .subarray(0, UID_BYTES)
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  const [given, expected] = [Buffer.from(token), Buffer.from(linkTokenOf(uid, kind, secret))];
  return given.length === expected.length && timingSafeEqual(given, expected) ? uid : undefined;
}

function mark(uid: string, kind: AccountKind, secret: string): Buffer {
  return createHmac('sha256', secret).update(`account link ${kind} ${uid}`).digest();
}
