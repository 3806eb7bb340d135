import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { look } from '../database/statement.js';
import type { Role } from '../auth/role.js';
import type { Locale } from '../config/locale.js';
import {
  type AccountKind,
  type BookingKind,
  LINKS_THAT_OUTLIVE_SESSIONS,
  type NoticeKind,
} from '../outbox/notification-kind.js';

/** What every message has, and whom it goes to, as things stand now. */
export interface Addressed {
  readonly id: number;
  readonly account_id: number;
  readonly message_id: string;
  readonly attempts: number;
  readonly created_at: Date;
  readonly email: string;
  readonly locale: Locale;
  /** Whether somebody has shown that they read the mails to the address. */
  readonly is_confirmed: 0 | 1;
  /** Whether the owner of the address wants no mails. */
  readonly is_refused: 0 | 1;
}

/** A message about a booking with all that its letter needs. */
export interface BookingMessage extends Addressed {
  readonly kind: BookingKind;
  readonly booking_version: number;
  /** What the message tells, from the time of its event. */
  readonly starts_at: Date;
  readonly duration_minutes: number;
  /** Only of a reschedule: the time that the patient was told before, or should have been. */
  readonly told_starts_at: Date | null;
  readonly told_duration_minutes: number | null;
  readonly booking_id: number;
  readonly uid: string;
  readonly status: 'booked' | 'cancelled';
  readonly current_version: number;
  readonly doctor_name: string;
  readonly specialty: string;
  readonly doctor_timezone: string;
  /**
   * When the messages of the same booking that must arrive before it are due, or their leases run out; null if none is
   * still on its way.
   */
  readonly earlier_until: Date | null;
}

/** A message that carries a link. */
export interface LinkMessageRow extends Addressed {
  readonly kind: AccountKind;
  readonly link_uid: string;
  readonly expires_at: Date;
  readonly used_at: Date | null;
  /** Whether all sessions of the account were ended since, or the account disabled. */
  readonly has_ended: 0 | 1;
}

/** A message that tells the owner of an account what was done to it. */
export interface NoticeRow extends Addressed {
  readonly kind: NoticeKind;
  readonly role: Role;
  /** The address of the account that it tells of, if another. */
  readonly subject_email: string | null;
}

export type MessageRow = BookingMessage | LinkMessageRow | NoticeRow;

// A link that goes elsewhere goes to an address that the account may get, a notice to one that it had. Of these only news
// of a change go to none but confirmed ones.
const ADDRESSED = `
  n.id, a.id AS account_id, n.message_id, n.attempts, n.created_at, a.locale,
  COALESCE(n.address, a.mail_address, a.email) AS email,
  CASE WHEN n.address <> COALESCE(a.mail_address, a.email) THEN n.kind = 'address_changed'
       ELSE a.verified_at IS NOT NULL END AS is_confirmed,
  EXISTS (SELECT 1 FROM refused_addresses r
          WHERE r.hash = UNHEX(SHA2(COALESCE(n.address, a.mail_address, a.email), 256))) AS is_refused`;

/** What the patient was told last before a reschedule, or else should have been. A join would read the whole ledger. */
const lastTold = (column: string): string => `
         (SELECT e.${column} FROM notifications e
          WHERE n.kind = 'moved' AND e.booking_id = n.booking_id AND e.booking_version < n.booking_version
            AND e.kind IN ('booked', 'moved')
          ORDER BY e.state = 'sent' DESC, e.booking_version DESC LIMIT 1)`;

// What comes earlier is told by versions, not by ids: those of a cluster's nodes do not ascend together.
const ABOUT_BOOKING = `
  SELECT ${ADDRESSED}, n.kind, n.booking_version, n.starts_at, n.duration_minutes,
         ${lastTold('starts_at')} AS told_starts_at,
         ${lastTold('duration_minutes')} AS told_duration_minutes, b.id AS booking_id,
         b.uid, b.status, b.version AS current_version,
         d.name AS doctor_name, d.specialty, d.timezone AS doctor_timezone,
         (SELECT MAX(IF(e.leased_until > e.due_at, e.leased_until, e.due_at)) FROM notifications e
          WHERE e.booking_id = n.booking_id
            AND (e.booking_version < n.booking_version
                 OR e.booking_version = n.booking_version AND n.kind LIKE 'reminder%' AND e.kind NOT LIKE 'reminder%')
            AND (e.state = 'sending'
                 OR e.state IN ('pending', 'queued') AND e.kind IN ('booked', 'moved', 'cancelled'))) AS earlier_until
  FROM notifications n
  JOIN bookings b ON b.id = n.booking_id
  JOIN doctors d ON d.id = b.doctor_id
  JOIN accounts a ON a.id = b.user_id
  WHERE n.id = ?`;

const WITH_LINK = `
  SELECT ${ADDRESSED}, n.kind, l.uid AS link_uid, l.expires_at, l.used_at,
         l.kind NOT IN ${LINKS_THAT_OUTLIVE_SESSIONS} AND a.session_version <> l.session_version
           OR a.disabled_at IS NOT NULL AS has_ended
  FROM notifications n
  JOIN account_links l ON l.id = n.link_id
  JOIN accounts a ON a.id = l.account_id
  WHERE n.id = ?`;

const NOTICE = `
  SELECT ${ADDRESSED}, n.kind, a.role, COALESCE(s.mail_address, s.email) AS subject_email
  FROM notifications n
  JOIN accounts a ON a.id = n.account_id
  LEFT JOIN accounts s ON s.id = n.subject_id
  WHERE n.id = ? AND n.booking_id IS NULL AND n.link_id IS NULL`;

/** Reads what a message needs at the moment of sending, in one statement; in more for the few about accounts. */
@Injectable()
export class MessageReader {
  constructor(private readonly dataSource: DataSource) {}

  async read(id: number): Promise<MessageRow | undefined> {
    const [about] = await look<BookingMessage>(this.dataSource, ABOUT_BOOKING, [id]);
    if (about) return about;
    const [withLink] = await look<LinkMessageRow>(this.dataSource, WITH_LINK, [id]);
    if (withLink) return withLink;
    const [notice] = await look<NoticeRow>(this.dataSource, NOTICE, [id]);
    return notice;
  }
}
