import type { EpochMs } from '../time/interval.js';
import { linkSkipReason, skipReason, unreachableReason, unwantedReason } from './delivery.rules.js';
import type { Addressed, NotificationRow } from './notification-row.js';

/** Why a notification is not sent; `undefined` if it is. It has an address then. Pure. */
export function reasonNotToSend(notification: NotificationRow, now: EpochMs): string | undefined {
  const { kind, is_refused, is_confirmed } = notification;
  return (
    unreachableReasonOf(notification) ??
    unwantedReason({ kind, isRefused: is_refused === 1, isConfirmed: is_confirmed === 1 }) ??
    outdatedReason(notification, now)
  );
}

function unreachableReasonOf(notification: NotificationRow): string | undefined {
  if (!('booking_id' in notification)) return undefined;
  return unreachableReason({ contactBy: notification.contact_by, email: notification.email });
}

function outdatedReason(notification: NotificationRow, now: EpochMs): string | undefined {
  if ('link_uid' in notification) {
    const { expires_at, used_at, is_revoked } = notification;
    const link = { expiresAt: expires_at.getTime(), isUsed: used_at !== null, isRevoked: is_revoked === 1 };
    return linkSkipReason(link, now);
  }
  if (!('booking_id' in notification)) return undefined;
  const { kind, booking_version, starts_at, current_version, status } = notification;
  const facts = {
    kind,
    bookingVersion: booking_version,
    startsAt: starts_at.getTime(),
    currentVersion: current_version,
    status,
  };
  return skipReason(facts, now);
}

/** Whether the notification has an address to go to. */
export function isAddressed(notification: NotificationRow): notification is Addressed {
  return notification.email !== null;
}
