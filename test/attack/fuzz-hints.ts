import { randomUUID } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';
import { linkTokenOf } from '../../src/auth/accounts/link-token.js';
import type { AccountKind } from '../../src/outbox/notification-kind.js';
import type { Target } from './target.js';

const STEP_MS = 30_000;

/** A code as it is mailed to somebody who does not ask for anything here. */
export async function mailedCode({ database, secret }: Target, kind: AccountKind): Promise<string> {
  const uid = randomUUID();
  await database.query(
    `INSERT INTO account_links (uid, account_id, kind, session_version, created_at, expires_at)
     SELECT ?, id, ?, session_version, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3) + INTERVAL 1 HOUR FROM accounts
     WHERE role = 'user' AND disabled_at IS NULL AND email NOT LIKE 'newcomer%' LIMIT 1`,
    [uid, kind],
  );
  return linkTokenOf(uid, kind, secret);
}

/** What an authenticator shows, or showed before: digits are good once, and those of now may have been used. */
export function digitsOf(secret: string, which: 'now' | 'before'): string {
  const timestamp = Date.now() - (which === 'before' ? STEP_MS : 0);
  return new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp });
}

/** The id of a mail that was given up, and still tells of its booking as it is; undefined while there are none. */
export async function deadMail({ database }: Target): Promise<number | undefined> {
  const [rows] = await database.query(
    `SELECT n.id FROM notifications n JOIN bookings b ON b.id = n.booking_id AND b.version = n.booking_version
     ORDER BY n.id DESC LIMIT 1`,
  );
  const [mail] = rows as { id: number }[];
  if (mail) {
    const dead = "UPDATE notifications SET state = 'dead', settled_at = UTC_TIMESTAMP(3) WHERE id = ?";
    await database.query(dead, [mail.id]);
  }
  return mail?.id;
}

/** The id of a live session of an account. */
export async function sessionOf({ database }: Target, account: number): Promise<number> {
  const [answer] = await database.query(
    `INSERT INTO sessions (account_id, created_at, last_seen_at, expires_at, address)
     VALUES (?, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3), UTC_TIMESTAMP(3) + INTERVAL 1 HOUR, '127.0.0.1')`,
    [account],
  );
  return (answer as { insertId: number }).insertId;
}

/** The id of an account that a doctor's profile can be made for; undefined while there are none. */
export async function doctorToBe({ database }: Target): Promise<number | undefined> {
  const [rows] = await database.query(
    `SELECT a.id FROM accounts a LEFT JOIN doctors d ON d.user_id = a.id
     WHERE a.role = 'doctor' AND a.disabled_at IS NULL AND d.id IS NULL LIMIT 1`,
  );
  return (rows as { id: number }[])[0]?.id;
}
