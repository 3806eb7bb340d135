import { REMINDERS } from '../../src/outbox/notification-kind.js';
import type { Connection, RowDataPacket } from 'mysql2/promise';

/** A booking, with the address of its patient. */
export interface BookingRow extends RowDataPacket {
  readonly id: number;
  readonly uid: string;
  readonly user_id: number;
  readonly doctor_id: number;
  readonly date: string;
  readonly start_time: string;
  readonly duration_minutes: number;
  readonly starts_at: Date;
  readonly status: 'booked' | 'cancelled';
  readonly version: number;
  readonly email: string;
}

/** A notification in the ledger. */
export interface NotificationRow extends RowDataPacket {
  readonly booking_id: number;
  readonly booking_version: number;
  readonly kind: string;
  readonly starts_at: Date;
  readonly due_at: Date;
  readonly state: string;
  readonly message_id: string;
  readonly created_at: Date;
}

export async function rows<Row extends RowDataPacket>(database: Connection, sql: string): Promise<Row[]> {
  const [found] = await database.query<Row[]>(sql);
  return found;
}

export function isReminder({ kind }: NotificationRow): boolean {
  return kind in REMINDERS;
}
