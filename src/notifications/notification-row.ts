import type { MailOwner } from '../auth/accounts/address-token.js';
import type { Role } from '../auth/role.js';
import type { BookingStatus } from '../bookings/booking.js';
import type { Locale } from '../config/locale.js';
import type { BookingKind, LinkKind, NoticeKind } from '../outbox/notification-kind.js';
import type { Contact } from '../patients/patient.entity.js';
import type { PersonName } from './emails/person-name.js';

/** The columns of every notification, and its current recipient. */
export interface BaseNotificationRow {
  readonly id: number;
  readonly message_id: string;
  readonly attempts: number;
  readonly created_at: Date;
  /** Null if there is no address to send to. */
  readonly email: string | null;
  /** Null: the clinic's. */
  readonly locale: Locale | null;
  /** Whether the address was confirmed with a code mailed to it, by the account that the email is for. */
  readonly is_confirmed: 0 | 1;
  /** Whether the owner of the address wants no mails. */
  readonly is_refused: 0 | 1;
  /** The clinic's contact details; null: those of the configuration. */
  readonly clinic_name: string | null;
  readonly clinic_address: string | null;
  readonly clinic_phone: string | null;
}

/** A notification about a booking, with all that its email needs. */
export interface BookingNotificationRow extends BaseNotificationRow, BookingColumns {
  /** The account that manages the patient; null if there is none. */
  readonly account_id: number | null;
  /** Whose address it is. */
  readonly owner: MailOwner;
  /** Whether an account has confirmed the patient's own address, which is not confirmed for the patient. */
  readonly isConfirmedByAccount: boolean;
  readonly recipient: PersonName;
  /** The patient, if the recipient manages a dependant. */
  readonly dependant: PersonName | undefined;
}

/** The columns that only notifications about bookings have. */
export interface BookingColumns {
  readonly kind: BookingKind;
  readonly contact_by: Contact;
  readonly booking_version: number;
  /** The start that the notification announces, as it was when the notification was written. */
  readonly starts_at: Date;
  readonly duration_minutes: number;
  /** Only for a reschedule or cancellation: the start announced to the patient before, or due to be. */
  readonly announced_starts_at: Date | null;
  readonly announced_duration_minutes: number | null;
  /** The doctor announced before, if it was another one. */
  readonly announced_doctor_name: string | null;
  readonly booking_id: number;
  readonly uid: string;
  readonly status: BookingStatus;
  readonly current_version: number;
  readonly booked_by_role: string;
  readonly cancelled_by_role: string | null;
  readonly cancel_reason: string | null;
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
  readonly email: string;
  /** The account that it is for; null if it is for a patient. */
  readonly account_id: number | null;
  /** The patient that it is for; null if it is for an account. */
  readonly patient_id: number | null;
  readonly kind: LinkKind;
  readonly link_uid: string;
  readonly expires_at: Date;
  readonly used_at: Date | null;
  /** Whether the account was disabled, or all its sessions ended, since the link was made. */
  readonly is_revoked: 0 | 1;
}

/** A notification that informs the owner of an account about a change to it. */
export interface NoticeRow extends BaseNotificationRow {
  readonly email: string;
  readonly account_id: number;
  readonly kind: NoticeKind;
  readonly role: Role;
  /** The address of the account that the notice is about, if it is another one. */
  readonly subject_email: string | null;
}

export type NotificationRow = BookingNotificationRow | LinkNotificationRow | NoticeRow;

/** A notification that has an address to go to. */
export type Addressed<Row extends NotificationRow = NotificationRow> = Row & { readonly email: string };
