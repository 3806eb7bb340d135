/** The states of a notification; see `Ledger`. */
export const NOTIFICATION_STATES = ['pending', 'queued', 'sending', 'sent', 'dead', 'cancelled'] as const;

export type NotificationState = (typeof NOTIFICATION_STATES)[number];
