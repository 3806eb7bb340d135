/** Notifications about a booking; each is unique by booking, version and kind. */
export const BOOKING_KINDS = ['booked', 'moved', 'cancelled', 'reminder_24h', 'reminder_1h'] as const;

/** Notifications that carry a link to an account. */
export const ACCOUNT_KINDS = ['password_reset', 'verify_address', 'invitation', 'change_address'] as const;

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

export const NOTIFICATION_KINDS = [...BOOKING_KINDS, ...ACCOUNT_KINDS, ...NOTICE_KINDS] as const;

export type BookingKind = (typeof BOOKING_KINDS)[number];
export type AccountKind = (typeof ACCOUNT_KINDS)[number];
export type NoticeKind = (typeof NOTICE_KINDS)[number];
export type NotificationKind = (typeof NOTIFICATION_KINDS)[number];

/**
 * The kinds of links that stay valid when the account's sessions end, as a list in SQL. Access to the mailbox outranks
 * the password, with which sessions can be ended.
 */
export const LINKS_THAT_OUTLIVE_SESSIONS = "('password_reset', 'invitation')";
