import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { query } from '../database/statement.js';
import {
  isRefused,
  joinAccount,
  joinLink,
  LINK_HAS_ENDED,
  mailAddressOf,
} from '../auth/accounts/account.sql.js';
import type { Role } from '../auth/role.js';
import { joinBooking } from '../bookings/booking.sql.js';
import type { Locale } from '../config/locale.js';
import { joinDoctor } from '../doctors/doctor.sql.js';
import type { AccountKind, BookingKind, NoticeKind } from '../outbox/notification-kind.js';
import { EARLIER_UNTIL, NOTIFICATIONS, LAST_ANNOUNCED } from '../outbox/notification.sql.js';

/** What every notification has, and whom it goes to, as things stand now. */
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

/** A notification about a booking with all that its email needs. */
export interface BookingNotificationRow extends Addressed {
  readonly kind: BookingKind;
  readonly booking_version: number;
  /** What the notification tells, from the time of its event. */
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
   * When the notifications of the same booking that must arrive before it are due, or their leases run out; null if none is
   * still on its way.
   */
  readonly earlier_until: Date | null;
}

/** A notification that carries a link. */
export interface LinkNotificationRow extends Addressed {
  readonly kind: AccountKind;
  readonly link_uid: string;
  readonly expires_at: Date;
  readonly used_at: Date | null;
  /** Whether all sessions of the account were ended since, or the account disabled. */
  readonly has_ended: 0 | 1;
}

/** A notification that tells the owner of an account what was done to it. */
export interface NoticeRow extends Addressed {
  readonly kind: NoticeKind;
  readonly role: Role;
  /** The address of the account that it tells of, if another. */
  readonly subject_email: string | null;
}

export type NotificationRow = BookingNotificationRow | LinkNotificationRow | NoticeRow;

// A link that goes elsewhere goes to an address that the account may get, a notice to one that it had.
const EMAIL = `COALESCE(n.address, ${mailAddressOf()})`;
const ADDRESSED = `
  n.id, a.id AS account_id, n.message_id, n.attempts, n.created_at, a.locale, ${EMAIL} AS email,
  CASE WHEN n.address <> ${mailAddressOf()} THEN COALESCE(n.address_confirmed, 0)
       ELSE a.verified_at IS NOT NULL END AS is_confirmed,
  ${isRefused(EMAIL)} AS is_refused`;

const ABOUT_BOOKING = `/* read-notification-about-booking */
  SELECT ${ADDRESSED}, n.kind, n.booking_version, n.starts_at, n.duration_minutes,
         ${LAST_ANNOUNCED}, b.id AS booking_id,
         b.uid, b.status, b.version AS current_version,
         d.name AS doctor_name, d.specialty, d.timezone AS doctor_timezone,
         ${EARLIER_UNTIL} AS earlier_until
  FROM ${NOTIFICATIONS} ${joinBooking('n.booking_id')} ${joinDoctor('b.doctor_id')} ${joinAccount('b.user_id')}
  WHERE n.id = ?`;

const WITH_LINK = `/* read-notification-with-link */
  SELECT ${ADDRESSED}, n.kind, l.uid AS link_uid, l.expires_at, l.used_at,
         ${LINK_HAS_ENDED} AS has_ended
  FROM ${NOTIFICATIONS} ${joinLink('n.link_id')} ${joinAccount('l.account_id')}
  WHERE n.id = ?`;

const NOTICE = `/* read-notice */
  SELECT ${ADDRESSED}, n.kind, a.role, ${mailAddressOf('s')} AS subject_email
  FROM ${NOTIFICATIONS} ${joinAccount('n.account_id')} LEFT ${joinAccount('n.subject_id', 's')}
  WHERE n.id = ? AND n.booking_id IS NULL AND n.link_id IS NULL`;

/** Reads what a notification needs at the moment of sending, in one statement; in more for the few about accounts. */
@Injectable()
export class NotificationReader {
  constructor(private readonly dataSource: DataSource) {}

  async read(id: number): Promise<NotificationRow | undefined> {
    const [about] = await query<BookingNotificationRow>(this.dataSource, ABOUT_BOOKING, [id]);
    if (about) return about;
    const [withLink] = await query<LinkNotificationRow>(this.dataSource, WITH_LINK, [id]);
    if (withLink) return withLink;
    const [notice] = await query<NoticeRow>(this.dataSource, NOTICE, [id]);
    return notice;
  }
}
