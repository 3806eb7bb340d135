import type { Clinic } from './clinic.js';
import { eventually } from './eventually.js';

/** An event as the audit trail stores it. */
export interface StoredEvent {
  readonly id: number;
  readonly actor_id: number | null;
  readonly actor_role: string | null;
  readonly action: string;
  readonly subject_id: number;
  readonly address: string | null;
  readonly particulars: Record<string, unknown>;
}

/** All events with a higher id. */
export async function eventsAfter(clinic: Clinic, id: number): Promise<StoredEvent[]> {
  const rows = await clinic.query<Omit<StoredEvent, 'particulars'> & { particulars: string }>(
    `SELECT id, actor_id, actor_role, action, subject_id, address, particulars FROM audit_events
     WHERE id > ? ORDER BY id`,
    [id],
  );
  return rows.map((row) => ({ ...row, particulars: JSON.parse(row.particulars) as Record<string, unknown> }));
}

/** The events that an act leaves. Waits for `count` of them, because some are written after the response. */
export async function eventsDuring(
  clinic: Clinic,
  act: () => Promise<unknown>,
  count = 1,
): Promise<StoredEvent[]> {
  const [last] = await clinic.query<{ id: number | null }>('SELECT MAX(id) AS id FROM audit_events');
  const from = last!.id ?? 0;
  await act();
  await eventually('the events are recorded', async () => (await eventsAfter(clinic, from)).length >= count);
  return eventsAfter(clinic, from);
}
