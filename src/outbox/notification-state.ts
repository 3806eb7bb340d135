/** The states of a notification; see `Ledger`. */
export const STATES = ['pending', 'queued', 'sending', 'sent', 'dead', 'cancelled'] as const;

export type NotificationState = (typeof STATES)[number];
