import { randomUUID } from 'node:crypto';
import { hash } from '@node-rs/argon2';
import { Secret, TOTP } from 'otpauth';
import { linkTokenOf } from '../../src/auth/accounts/link-token.js';
import { PATIENT_PASSWORD } from '../../src/demo/clinic.js';
import type { LinkKind } from '../../src/outbox/notification-kind.js';
import { ADMIN, type Target } from './target.js';

const STEP_MS = 30_000;

/** The hash of the example password in the API document, which confirming an address requires as well. */
const examplePasswordHash = hash(PATIENT_PASSWORD, { memoryCost: 19_456, timeCost: 2, parallelism: 1 });

/** Creates a code as it would be emailed to a bystander, who gets the example password. */
export async function emailedCode({ database, secret }: Target, kind: LinkKind): Promise<string> {
  const [uid, id] = [randomUUID(), await bystander(database)];
  await database.query('UPDATE accounts SET password_hash = ? WHERE id = ?', [await examplePasswordHash, id]);
  await database.query(
    `INSERT INTO account_links (uid, account_id, kind, session_version, created_at, expires_at)
     SELECT ?, id, ?, session_version, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3) + INTERVAL 1 HOUR FROM accounts WHERE id = ?`,
    [uid, kind, id],
  );
  return linkTokenOf(uid, kind, secret);
}

/** A patient's account that no attack logs in with. */
async function bystander(database: Target['database']): Promise<number | undefined> {
  const [rows] = await database.query(
    `SELECT id FROM accounts WHERE role = 'user' AND disabled_at IS NULL AND email NOT LIKE 'newcomer%'
       AND email NOT IN (?) LIMIT 1`,
    [[ADMIN.email, 'doctor@clinica.example', 'patient@clinica.example']],
  );
  return (rows as { id: number }[])[0]?.id;
}

/** An authenticator's current or previous digits: digits are valid once, and the current ones may have been used. */
export function digitsOf(secret: string, which: 'current' | 'previous'): string {
  const timestamp = Date.now() - (which === 'previous' ? STEP_MS : 0);
  return new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp });
}

/** Makes a notification dead whose booking has not changed since. Returns its id, or undefined if there is none. */
export async function deadNotification({ database }: Target): Promise<number | undefined> {
  const [rows] = await database.query(
    `SELECT n.id FROM notifications n JOIN bookings b ON b.id = n.booking_id AND b.version = n.booking_version
     ORDER BY n.id DESC LIMIT 1`,
  );
  const [notification] = rows as { id: number }[];
  if (notification) {
    const dead = "UPDATE notifications SET state = 'dead', settled_at = UTC_TIMESTAMP(3) WHERE id = ?";
    await database.query(dead, [notification.id]);
  }
  return notification?.id;
}

/** Inserts a valid session of an account and returns its id. */
export async function createSession({ database }: Target, account: number): Promise<number> {
  const [answer] = await database.query(
    `INSERT INTO sessions (account_id, created_at, last_seen_at, expires_at, address)
     VALUES (?, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3), UTC_TIMESTAMP(3) + INTERVAL 1 HOUR, '127.0.0.1')`,
    [account],
  );
  return (answer as { insertId: number }).insertId;
}

/** The id of a doctor's account without a profile; undefined if there is none. */
export async function accountWithoutProfile({ database }: Target): Promise<number | undefined> {
  const [rows] = await database.query(
    `SELECT a.id FROM accounts a LEFT JOIN doctors d ON d.user_id = a.id
     WHERE a.role = 'doctor' AND a.disabled_at IS NULL AND d.id IS NULL LIMIT 1`,
  );
  return (rows as { id: number }[])[0]?.id;
}
