import type { BookingStatus } from '../../src/bookings/booking.js';
import { REMINDERS } from '../../src/outbox/notification-kind.js';
import type { Connection, RowDataPacket } from 'mysql2/promise';

/** A booking, with the address that emails about it go to. */
export interface BookingRow extends RowDataPacket {
  readonly id: number;
  readonly uid: string;
  readonly patient_id: number;
  readonly doctor_id: number;
  readonly date: string;
  readonly start_time: string;
  readonly duration_minutes: number;
  readonly starts_at: Date;
  readonly status: BookingStatus;
  /** Raised by each change of the time, and by the cancellation. */
  readonly version: number;
  /** How many changes kept the time. */
  readonly edits: number;
  readonly overbooked: 0 | 1;
  readonly overridden: string | null;
  readonly override_reason: string | null;
  readonly timezone: string;
  /** Null if the patient has no address, or wants no emails. */
  readonly email: string | null;
  readonly contact_by: 'email' | 'none';
}

/** An event of a booking. */
export interface EventRow extends RowDataPacket {
  readonly subject_id: number;
  readonly action: string;
  readonly at: Date;
  /** JSON. */
  readonly particulars: string;
  readonly reason: string | null;
  /** Of the doctor whom the event names. */
  readonly timezone: string | null;
}

/** A notification in the ledger. */
export interface NotificationRow extends RowDataPacket {
  readonly booking_id: number;
  readonly booking_version: number;
  readonly kind: string;
  readonly starts_at: Date;
  readonly due_at: Date;
  readonly state: string;
  readonly reason: string | null;
  readonly message_id: string;
  readonly created_at: Date;
}

/** The actions that change a booking. */
const CHANGES = ['booked', 'moved', 'cancelled', 'status_set', 'annotated'];

/** Of patients who were not erased: those who were must get no further emails, so they are not judged. */
const NOT_ERASED = "p.erased_at IS NULL AND COALESCE(a.email, '') NOT LIKE '%@erased.invalid'";
const WITH_PEOPLE = 'JOIN patients p ON p.id = b.patient_id LEFT JOIN accounts a ON a.id = p.account_id';

export function readBookings(database: Connection): Promise<BookingRow[]> {
  return rows(
    database,
    `SELECT b.*, d.timezone, p.contact_by,
            CASE WHEN p.contact_by = 'email' THEN COALESCE(p.email, a.email) END AS email
     FROM bookings b ${WITH_PEOPLE} JOIN doctors d ON d.id = b.doctor_id WHERE ${NOT_ERASED} ORDER BY b.id`,
  );
}

export function readEvents(database: Connection): Promise<EventRow[]> {
  const actions = CHANGES.map((action) => `'booking.${action}'`).join(', ');
  return rows(
    database,
    `SELECT e.subject_id, e.action, e.at, e.particulars, e.reason, d.timezone FROM audit_events e
     LEFT JOIN doctors d ON d.id = JSON_VALUE(e.particulars, '$.doctor_id')
     WHERE e.subject = 'booking' AND e.action IN (${actions}) ORDER BY e.id`,
  );
}

export function readNotifications(database: Connection): Promise<NotificationRow[]> {
  return rows(
    database,
    `SELECT n.* FROM notifications n JOIN bookings b ON b.id = n.booking_id ${WITH_PEOPLE}
     WHERE ${NOT_ERASED} ORDER BY n.id`,
  );
}

/** The Message-IDs of emails to people who were erased later. */
export async function readErasedMessageIds(database: Connection): Promise<ReadonlySet<string>> {
  const erased = await rows<RowDataPacket & { message_id: string }>(
    database,
    `SELECT n.message_id FROM notifications n LEFT JOIN accounts o ON o.id = n.account_id
     LEFT JOIN bookings b ON b.id = n.booking_id LEFT JOIN patients p ON p.id = b.patient_id
     WHERE p.erased_at IS NOT NULL OR o.email LIKE '%@erased.invalid'`,
  );
  return new Set(erased.map(({ message_id }) => message_id));
}

export async function rows<Row extends RowDataPacket>(database: Connection, sql: string): Promise<Row[]> {
  const [found] = await database.query<Row[]>(sql);
  return found;
}

export function isReminder({ kind }: NotificationRow): boolean {
  return kind in REMINDERS;
}

/** Values by what they belong to, in their order. */
export function grouped<V>(values: readonly V[], keyOf: (value: V) => number): ReadonlyMap<number, V[]> {
  const groups = new Map<number, V[]>();
  for (const value of values) {
    const group = groups.get(keyOf(value));
    if (group) group.push(value);
    else groups.set(keyOf(value), [value]);
  }
  return groups;
}
