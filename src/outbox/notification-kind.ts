/** What a message tells its reader. A booking's message is unique by booking, version and kind. */
export const NOTIFICATION_KINDS = ['booked', 'moved', 'cancelled', 'reminder_24h', 'reminder_1h'] as const;

export type NotificationKind = (typeof NOTIFICATION_KINDS)[number];
