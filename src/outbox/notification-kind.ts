/** What a message tells the patient of a booking. It is unique by booking, version and kind. */
export const BOOKING_KINDS = ['booked', 'moved', 'cancelled', 'reminder_24h', 'reminder_1h'] as const;

/** What a message that carries a link is for. */
export const ACCOUNT_KINDS = ['password_reset', 'verify_address', 'invitation'] as const;

export const NOTIFICATION_KINDS = [...BOOKING_KINDS, ...ACCOUNT_KINDS] as const;

export type BookingKind = (typeof BOOKING_KINDS)[number];
export type AccountKind = (typeof ACCOUNT_KINDS)[number];
export type NotificationKind = (typeof NOTIFICATION_KINDS)[number];
