import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { query } from '../database/statement.js';
import {
  isAddressRefusedSql,
  joinAccount,
  joinLink,
  LINK_IS_REVOKED,
  mailAddressOf,
} from '../auth/accounts/account.sql.js';
import type { Role } from '../auth/role.js';
import type { BookingStatus } from '../bookings/booking.js';
import { joinBooking } from '../bookings/booking.sql.js';
import type { Locale } from '../config/locale.js';
import { joinDoctor } from '../doctors/doctor.sql.js';
import type { LinkKind, BookingKind, NoticeKind } from '../outbox/notification-kind.js';
import { BLOCKED_UNTIL, NOTIFICATIONS, LAST_ANNOUNCED } from '../outbox/notification.sql.js';

/** The columns of every notification, and its current recipient. */
export interface BaseNotificationRow {
  readonly id: number;
  readonly account_id: number;
  readonly message_id: string;
  readonly attempts: number;
  readonly created_at: Date;
  readonly email: string;
  readonly locale: Locale;
  /** Whether the address was confirmed with a code mailed to it. */
  readonly is_confirmed: 0 | 1;
  /** Whether the owner of the address wants no mails. */
  readonly is_refused: 0 | 1;
}

/** A notification about a booking, with all that its email needs. */
export interface BookingNotificationRow extends BaseNotificationRow {
  readonly kind: BookingKind;
  readonly booking_version: number;
  /** The start that the notification announces, as it was when the notification was written. */
  readonly starts_at: Date;
  readonly duration_minutes: number;
  /** Only for a reschedule or cancellation: the start announced to the patient before, or due to be. */
  readonly announced_starts_at: Date | null;
  readonly announced_duration_minutes: number | null;
  readonly booking_id: number;
  readonly uid: string;
  readonly status: BookingStatus;
  readonly current_version: number;
  readonly doctor_name: string;
  readonly specialty: string;
  readonly doctor_timezone: string;
  /**
   * The latest due time or lease end of the notifications of the same booking that must arrive before this one; null if
   * there are none.
   */
  readonly blocked_until: Date | null;
}

/** A notification that carries a link. */
export interface LinkNotificationRow extends BaseNotificationRow {
  readonly kind: LinkKind;
  readonly link_uid: string;
  readonly expires_at: Date;
  readonly used_at: Date | null;
  /** Whether the account was disabled, or all its sessions ended, since the link was made. */
  readonly is_revoked: 0 | 1;
}

/** A notification that informs the owner of an account about a change to it. */
export interface NoticeRow extends BaseNotificationRow {
  readonly kind: NoticeKind;
  readonly role: Role;
  /** The address of the account that the notice is about, if it is another one. */
  readonly subject_email: string | null;
}

export type NotificationRow = BookingNotificationRow | LinkNotificationRow | NoticeRow;

// `n.address` differs from the account's own for a link to a requested new address, and for a notice to a former one.
const EMAIL = `COALESCE(n.address, ${mailAddressOf()})`;
const BASE_COLUMNS = `
  n.id, a.id AS account_id, n.message_id, n.attempts, n.created_at, a.locale, ${EMAIL} AS email,
  CASE WHEN n.address <> ${mailAddressOf()} THEN COALESCE(n.address_confirmed, 0)
       ELSE a.verified_at IS NOT NULL END AS is_confirmed,
  ${isAddressRefusedSql(EMAIL)} AS is_refused`;

const ABOUT_BOOKING = `/* read-notification-about-booking */
  SELECT ${BASE_COLUMNS}, n.kind, n.booking_version, n.starts_at, n.duration_minutes,
         ${LAST_ANNOUNCED}, b.id AS booking_id,
         b.uid, b.status, b.version AS current_version,
         d.name AS doctor_name, d.specialty, d.timezone AS doctor_timezone,
         ${BLOCKED_UNTIL} AS blocked_until
  FROM ${NOTIFICATIONS} ${joinBooking('n.booking_id')} ${joinDoctor('b.doctor_id')} ${joinAccount('b.user_id')}
  WHERE n.id = ?`;

const WITH_LINK = `/* read-notification-with-link */
  SELECT ${BASE_COLUMNS}, n.kind, l.uid AS link_uid, l.expires_at, l.used_at,
         ${LINK_IS_REVOKED} AS is_revoked
  FROM ${NOTIFICATIONS} ${joinLink('n.link_id')} ${joinAccount('l.account_id')}
  WHERE n.id = ?`;

const NOTICE = `/* read-notice */
  SELECT ${BASE_COLUMNS}, n.kind, a.role, ${mailAddressOf('s')} AS subject_email
  FROM ${NOTIFICATIONS} ${joinAccount('n.account_id')} LEFT ${joinAccount('n.subject_id', 's')}
  WHERE n.id = ? AND n.booking_id IS NULL AND n.link_id IS NULL`;

/** Reads all that the mail of a notification needs: in one statement for bookings, in up to three for accounts. */
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
