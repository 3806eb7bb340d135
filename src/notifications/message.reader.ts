import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { look } from '../database/statement.js';
import type { Locale } from '../config/locale.js';
import type { AccountKind, BookingKind } from '../outbox/notification-kind.js';

/** A message about a booking with all that its letter needs, as things stand now. */
export interface BookingMessage {
  readonly kind: BookingKind;
  readonly booking_version: number;
  /** What the message tells, from the time of its event. */
  readonly starts_at: Date;
  readonly duration_minutes: number;
  readonly message_id: string;
  readonly attempts: number;
  readonly created_at: Date;
  readonly booking_id: number;
  readonly uid: string;
  readonly status: 'booked' | 'cancelled';
  readonly current_version: number;
  readonly doctor_name: string;
  readonly specialty: string;
  readonly doctor_timezone: string;
  readonly email: string;
  readonly locale: Locale;
  /** When messages of the same booking that must arrive before it, and are still on their way, will be due. */
  readonly earlier_due_at: Date | null;
}

/** A message that carries a link. */
export interface LinkMessageRow {
  readonly kind: AccountKind;
  readonly message_id: string;
  readonly attempts: number;
  readonly link_uid: string;
  readonly expires_at: Date;
  readonly used_at: Date | null;
  /** Whether all sessions of the account were ended since, or the account disabled. */
  readonly has_ended: 0 | 1;
  readonly email: string;
  readonly locale: Locale;
}

export type MessageRow = BookingMessage | LinkMessageRow;

// What comes earlier is told by versions, not by ids: those of a cluster's nodes do not ascend together.
const ABOUT_BOOKING = `
  SELECT n.kind, n.booking_version, n.starts_at, n.duration_minutes, n.message_id, n.attempts, n.created_at,
         b.id AS booking_id, b.uid, b.status, b.version AS current_version,
         d.name AS doctor_name, d.specialty, d.timezone AS doctor_timezone, a.email, a.locale,
         (SELECT MAX(e.due_at) FROM notifications e
          WHERE e.booking_id = n.booking_id
            AND (e.booking_version < n.booking_version
                 OR e.booking_version = n.booking_version AND n.kind LIKE 'reminder%' AND e.kind NOT LIKE 'reminder%')
            AND (e.state = 'sending'
                 OR e.state IN ('pending', 'queued') AND e.kind IN ('booked', 'moved', 'cancelled'))) AS earlier_due_at
  FROM notifications n
  JOIN bookings b ON b.id = n.booking_id
  JOIN doctors d ON d.id = b.doctor_id
  JOIN accounts a ON a.id = b.user_id
  WHERE n.id = ?`;

const WITH_LINK = `
  SELECT n.kind, n.message_id, n.attempts, l.uid AS link_uid, l.expires_at, l.used_at,
         a.session_version <> l.session_version OR a.disabled_at IS NOT NULL AS has_ended, a.email, a.locale
  FROM notifications n
  JOIN account_links l ON l.id = n.link_id
  JOIN accounts a ON a.id = l.account_id
  WHERE n.id = ?`;

/** Reads what a message needs at the moment of sending, in one statement; two for the few that carry a link. */
@Injectable()
export class MessageReader {
  constructor(private readonly dataSource: DataSource) {}

  async read(id: number): Promise<MessageRow | undefined> {
    const [about] = await look<BookingMessage>(this.dataSource, ABOUT_BOOKING, [id]);
    if (about) return about;
    const [withLink] = await look<LinkMessageRow>(this.dataSource, WITH_LINK, [id]);
    return withLink;
  }
}
