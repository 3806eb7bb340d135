import { kindsSql, REMINDER_KINDS } from '../../src/outbox/notification-kind.js';
import type { Clinic } from './clinic.js';
import { eventually } from './eventually.js';

/** A notification in the ledger. */
export type LedgerNotification = {
  id: number;
  booking_version: number;
  kind: string;
  state: string;
  starts_at: Date;
  duration_minutes: number;
  due_at: Date;
  attempts: number;
  reason: string | null;
};

/** The notifications of a booking, in the order in which they were written. */
export function notificationsOf(clinic: Clinic, bookingId: number): Promise<LedgerNotification[]> {
  return clinic.query<LedgerNotification>(
    `SELECT id, booking_version, kind, state, starts_at, duration_minutes, due_at, attempts, reason
     FROM notifications WHERE booking_id = ? ORDER BY id`,
    [bookingId],
  );
}

const REMINDERS = kindsSql(REMINDER_KINDS);

/** A sleeping notification whose older ones are settled: it is about to be woken. */
const ABOUT_TO_WAKE = `n.state = 'pending' AND n.reason LIKE 'waits for an older notification%' AND NOT EXISTS (
  SELECT 1 FROM notifications e
  WHERE e.booking_id = n.booking_id AND e.state IN ('pending', 'queued', 'sending')
    AND (e.booking_version < n.booking_version
         OR e.booking_version = n.booking_version AND n.kind IN ${REMINDERS} AND e.kind NOT IN ${REMINDERS}))`;

/**
 * Waits until the worker has settled everything that is due. Call it before advancing the clock: only in a test can a
 * clock jump past a lease while the worker is still sending.
 */
export async function waitUntilDueSettled(clinic: Clinic): Promise<void> {
  await eventually('every due notification is settled', async () => {
    const [row] = await clinic.query<{ left: string }>(
      `SELECT COUNT(*) AS \`left\` FROM notifications n
       WHERE state IN ('queued', 'sending') OR (state = 'pending' AND due_at <= ?) OR (${ABOUT_TO_WAKE})`,
      [new Date(clinic.clock.now())],
    );
    return Number(row!.left) === 0;
  });
}

/** Sets the clock to a later time, and waits before and after until the worker has settled everything that is due. */
export async function advanceTo(clinic: Clinic, iso: string): Promise<void> {
  await waitUntilDueSettled(clinic);
  clinic.clock.set(iso);
  await waitUntilDueSettled(clinic);
}
