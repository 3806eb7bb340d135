import { randomUUID } from 'node:crypto';
import { hash } from '@node-rs/argon2';
import { Secret, TOTP } from 'otpauth';
import { linkTokenOf } from '../../src/auth/accounts/link-token.js';
import { PATIENT_PASSWORD } from '../../src/demo/clinic.js';
import type { AccountKind } from '../../src/outbox/notification-kind.js';
import { ADMIN, type Target } from './target.js';

const STEP_MS = 30_000;

/** Of the password in the document's examples: who confirms an address sends it too. */
const examplesHash = hash(PATIENT_PASSWORD, { memoryCost: 19_456, timeCost: 2, parallelism: 1 });

/** A code as it is mailed to somebody who does not ask for anything here, and has the password of the examples. */
export async function mailedCode({ database, secret }: Target, kind: AccountKind): Promise<string> {
  const [uid, id] = [randomUUID(), await bystander(database)];
  await database.query('UPDATE accounts SET password_hash = ? WHERE id = ?', [await examplesHash, id]);
  await database.query(
    `INSERT INTO account_links (uid, account_id, kind, session_version, created_at, expires_at)
     SELECT ?, id, ?, session_version, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3) + INTERVAL 1 HOUR FROM accounts WHERE id = ?`,
    [uid, kind, id],
  );
  return linkTokenOf(uid, kind, secret);
}

/** A patient who is none of those that attacks log in as, whatever roles those have been given meanwhile. */
async function bystander(database: Target['database']): Promise<number | undefined> {
  const [rows] = await database.query(
    `SELECT id FROM accounts WHERE role = 'user' AND disabled_at IS NULL AND email NOT LIKE 'newcomer%'
       AND email NOT IN (?) LIMIT 1`,
    [[ADMIN.email, 'doctor@clinica.example', 'patient@clinica.example']],
  );
  return (rows as { id: number }[])[0]?.id;
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
