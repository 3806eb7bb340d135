const HOUR_MS = 3_600_000;

/** Confirmations of a change of a booking. They are always sent, in order, and carry a calendar entry. */
export const CONFIRMATION_KINDS = ['booked', 'moved', 'cancelled'] as const;

/**
 * The reminders of a booking, and how long before its start each is due, in milliseconds. A reminder is sent only while
 * it is right and its appointment lies ahead. A new one needs a migration that appends it to the bookings that are ahead.
 */
export const REMINDERS = { reminder_24h: 24 * HOUR_MS, reminder_1h: HOUR_MS } as const;
export const REMINDER_KINDS = Object.keys(REMINDERS) as ReminderKind[];

/** Notifications about a booking; each is unique by booking, version and kind. */
export const BOOKING_KINDS: readonly BookingKind[] = [...CONFIRMATION_KINDS, ...REMINDER_KINDS];

/** Invites a patient, who may have no account yet. */
export const PATIENT_INVITATION = 'patient_invitation';

/** Notifications that carry a link to an account, or to a patient. */
export const LINK_KINDS = [
  'password_reset',
  'verify_address',
  'invitation',
  'change_address',
  PATIENT_INVITATION,
] as const;

/** Notices to the owner of an account about changes to it. */
export const NOTICE_KINDS = [
  'password_changed',
  'second_factor_added',
  'second_factor_removed',
  'role_changed',
  'new_admin',
  'address_change_asked',
  'address_changed',
] as const;

export const NOTIFICATION_KINDS: readonly NotificationKind[] = [
  ...BOOKING_KINDS,
  ...LINK_KINDS,
  ...NOTICE_KINDS,
];

/** `moved` means rescheduled; like all kinds it is stored. */
export type ConfirmationKind = (typeof CONFIRMATION_KINDS)[number];
export type ReminderKind = keyof typeof REMINDERS;
export type BookingKind = ConfirmationKind | ReminderKind;
export type LinkKind = (typeof LINK_KINDS)[number];
export type NoticeKind = (typeof NOTICE_KINDS)[number];
export type NotificationKind = BookingKind | LinkKind | NoticeKind;

export function isReminder(kind: NotificationKind): kind is ReminderKind {
  return kind in REMINDERS;
}

/** Kinds as a list in SQL. */
export function kindsSql(kinds: readonly NotificationKind[]): string {
  return `(${kinds.map((kind) => `'${kind}'`).join(', ')})`;
}
