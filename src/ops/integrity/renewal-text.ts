import type { Renewal } from '../../bookings/instant-renewal.service.js';
import type { EpochMs } from '../../time/interval.js';
import { ZONE_DATA_VERSION } from '../../time/zone-data.js';

/** The outcome for one booking, for a terminal. */
export function renewalText(renewal: Renewal): string {
  const { booking } = renewal;
  const what = `booking ${booking.id}, doctor ${booking.doctorId}, ${booking.date} ${booking.time} ${booking.timezone}`;
  const before = iso(booking.startsAt);
  switch (renewal.is) {
    case 'renewed':
      return `renewed  ${what}: ${before} -> ${iso(renewal.startsAt)}`;
    case 'overlapping':
      return [
        `left     ${what}: ${before}; it would overlap booking ${renewal.other}`,
        '           -> Have one of the two rescheduled or cancelled, then run this again.',
      ].join('\n');
    case 'without instant':
      return [
        `left     ${what}: ${before}; the current time zone rules skip this time`,
        "           -> If the doctor's time zone is wrong, correct it. Otherwise have the booking rescheduled or cancelled.",
      ].join('\n');
  }
}

/** The outcome for all bookings together. */
export function renewalSummary(renewed: number, left: number): string {
  const verdict =
    renewed + left === 0
      ? 'Nothing to renew: all future bookings have the instants that their date and time mean'
      : `${renewed} renewed, ${left} left`;
  return `${verdict}. Time zone data ${ZONE_DATA_VERSION}.`;
}

function iso(instant: EpochMs): string {
  return new Date(instant).toISOString();
}
