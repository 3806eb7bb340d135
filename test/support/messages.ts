import type { Clinic } from './clinic.js';
import { eventually } from './eventually.js';

/** A message of the ledger. */
export type LedgerMessage = {
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

/** All that a booking's patient was or is to be told, in the order of writing. */
export function messagesOf(clinic: Clinic, bookingId: number): Promise<LedgerMessage[]> {
  return clinic.query<LedgerMessage>(
    `SELECT id, booking_version, kind, state, starts_at, duration_minutes, due_at, attempts, reason
     FROM notifications WHERE booking_id = ? ORDER BY id`,
    [bookingId],
  );
}

/** A message that waits for none any more: it is about to be woken. */
const ABOUT_TO_WAKE = `n.state = 'pending' AND n.reason LIKE 'waits for an older notification%' AND NOT EXISTS (
  SELECT 1 FROM notifications e
  WHERE e.booking_id = n.booking_id AND e.state IN ('pending', 'queued', 'sending')
    AND (e.booking_version < n.booking_version
         OR e.booking_version = n.booking_version AND n.kind LIKE 'reminder%' AND e.kind NOT LIKE 'reminder%'))`;

/**
 * Waits until the worker has nothing left that is due. Before the clock is put forward this must be so: no clock
 * jumps past a lease while its holder is still sending, except in a test.
 */
export async function allDueSettled(clinic: Clinic): Promise<void> {
  await eventually('every due message is settled', async () => {
    const [row] = await clinic.query<{ left: string }>(
      `SELECT COUNT(*) AS \`left\` FROM notifications n
       WHERE state IN ('queued', 'sending') OR (state = 'pending' AND due_at <= ?) OR (${ABOUT_TO_WAKE})`,
      [new Date(clinic.clock.now())],
    );
    return Number(row!.left) === 0;
  });
}

/** Shows the worker a later time, once it is done with the time before, and waits until it is done again. */
export async function goTo(clinic: Clinic, iso: string): Promise<void> {
  await allDueSettled(clinic);
  clinic.clock.set(iso);
  await allDueSettled(clinic);
}
