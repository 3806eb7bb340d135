/** What a notification tells the patient of a booking. It is unique by booking, version and kind. */
export const BOOKING_KINDS = ['booked', 'moved', 'cancelled', 'reminder_24h', 'reminder_1h'] as const;

/** What a notification that carries a link is for. */
export const ACCOUNT_KINDS = ['password_reset', 'verify_address', 'invitation', 'change_address'] as const;

/** What the owner of an account is told of it. */
export const NOTICE_KINDS = [
  'password_changed',
  'second_factor_added',
  'second_factor_removed',
  'role_changed',
  'new_admin',
  'address_change_asked',
  'address_changed',
] as const;

export const NOTIFICATION_KINDS = [...BOOKING_KINDS, ...ACCOUNT_KINDS, ...NOTICE_KINDS] as const;

export type BookingKind = (typeof BOOKING_KINDS)[number];
export type AccountKind = (typeof ACCOUNT_KINDS)[number];
export type NoticeKind = (typeof NOTICE_KINDS)[number];
export type NotificationKind = (typeof NOTIFICATION_KINDS)[number];

/**
 * The kinds of links that do not end with the sessions of the account, as a list in SQL: reading the mailbox outranks the
 * password, and whoever has that may end sessions.
 */
export const LINKS_THAT_OUTLIVE_SESSIONS = "('password_reset', 'invitation')";
