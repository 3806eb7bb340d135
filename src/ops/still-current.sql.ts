import { joinAccount, joinLink } from '../auth/accounts/account.sql.js';
import { joinBooking } from '../bookings/booking.sql.js';

/**
 * SQL: a notification `n` is not outdated: its booking has the same version, its account is enabled, its link still
 * works. The parameter is now.
 */
export const STILL_CURRENT = {
  joins: `LEFT ${joinBooking('n.booking_id')} LEFT ${joinLink('n.link_id')} LEFT ${joinAccount('n.account_id')}`,
  sql: `(n.booking_id IS NULL OR b.version = n.booking_version)
         AND (n.booking_id IS NOT NULL OR a.disabled_at IS NULL)
         AND (n.link_id IS NULL OR l.used_at IS NULL AND l.expires_at > ?)`,
};
