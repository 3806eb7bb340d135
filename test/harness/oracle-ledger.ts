import { NO_ADDRESS, NO_EMAILS_WANTED, NOT_WANTED, SUPERSEDED } from '../../src/outbox/skip-reasons.js';
import type { Acknowledged } from './acknowledged.js';
import type { Finding } from './finding.js';
import type { History } from './oracle-history.js';
import { type BookingRow, isReminder, type NotificationRow, grouped } from './oracle-rows.js';

/** Which versions of a booking the desk wanted an email about; versions of which nothing is known are left out. */
export type Wanted = ReadonlyMap<number, boolean>;

/** What the clients asked for, by the versions that emails count by. */
export function wantedEmails(
  acknowledged: ReadonlyMap<number, Acknowledged>,
  histories: ReadonlyMap<number, History>,
): ReadonlyMap<number, Wanted> {
  return new Map(
    [...histories].map(([id, { steps }]) => {
      const versions = acknowledged.get(id)?.versions;
      const wanted = new Map<number, boolean>();
      for (const [index, { action, emailVersion }] of steps.entries()) {
        const asked = versions?.get(index + 1)?.asked;
        if (asked && ['booked', 'moved', 'cancelled'].includes(action))
          wanted.set(emailVersion, asked.isQuiet !== true);
      }
      return [id, wanted];
    }),
  );
}

/** Whether the desk wanted no email about this version, as far as anybody knows. */
export function isQuiet(
  { booking_id, booking_version, state, reason }: NotificationRow,
  wanted: ReadonlyMap<number, Wanted>,
): boolean {
  const isWanted = wanted.get(booking_id)?.get(booking_version);
  return isWanted === undefined ? state === 'cancelled' && reason === NOT_WANTED : !isWanted;
}

/**
 * L: versions without exactly one row that confirms them, rows of versions that never were, and rows with another
 * outcome than the patient's contact and the desk's wish ask for.
 */
export function wrongLedgerRows(
  bookings: readonly BookingRow[],
  notifications: readonly NotificationRow[],
  wanted: ReadonlyMap<number, Wanted>,
): Finding[] {
  const byBooking = grouped(notifications, ({ booking_id }) => booking_id);
  return bookings.flatMap((booking) => {
    const ledger = byBooking.get(booking.id) ?? [];
    const wantedHere = wanted.get(booking.id)!;
    const outcomes = ledger.flatMap((row) => {
      const fault = faultOfOutcome(row, booking, wantedHere.get(row.booking_version));
      return fault === undefined ? [] : [`its ${row.kind} of version ${row.booking_version} ${fault}`];
    });
    return [...faultsOfVersions(booking, ledger), ...outcomes].map((what) => ({
      letter: 'L' as const,
      bookingId: booking.id,
      what,
    }));
  });
}

function faultsOfVersions(booking: BookingRow, ledger: readonly NotificationRow[]): string[] {
  const confirmations = ledger.filter((row) => !isReminder(row));
  const versions = Array.from({ length: booking.version }, (_, index) => index + 1);
  const wrong = versions.flatMap((version) => {
    const kinds = confirmations.filter((row) => row.booking_version === version).map(({ kind }) => kind);
    const kind = kindOf(booking, version);
    return kinds.join() === kind
      ? []
      : [`its version ${version} has ${kinds.join() || 'no row'}, not ${kind}`];
  });
  const never = ledger.filter(({ booking_version: version }) => version > booking.version);
  return [
    ...wrong,
    ...never.map(({ booking_version, kind }) => `it has a ${kind} of version ${booking_version}`),
  ];
}

function kindOf({ version: last, status }: BookingRow, version: number): string {
  if (version === 1) return 'booked';
  return version === last && status === 'cancelled' ? 'cancelled' : 'moved';
}

/** @param isWanted whether the desk wanted an email; undefined if unknown */
function faultOfOutcome(
  row: NotificationRow,
  { email, contact_by }: BookingRow,
  isWanted: boolean | undefined,
): string | undefined {
  const { state, reason, kind } = row;
  const is = `is ${state}${reason === null ? '' : ` (${reason})`}`;
  const isSkipped = (...reasons: string[]): boolean =>
    state === 'cancelled' && reason !== null && reasons.includes(reason);
  const isNotWanted = isSkipped(NOT_WANTED);
  if (isReminder(row))
    return email === null && state === 'sent' ? `${is}, but the patient gets none` : undefined;
  if (isWanted === false) return isNotWanted ? undefined : `${is}, but the desk wanted no email`;
  if (isNotWanted) return isWanted ? `${is}, but the desk said nothing of it` : undefined;
  if (kind === 'moved' && isSkipped(SUPERSEDED)) return undefined;
  if (email !== null) return state === 'cancelled' ? `${is}, but the patient has an address` : undefined;
  return isSkipped(contact_by === 'none' ? NO_EMAILS_WANTED : NO_ADDRESS)
    ? undefined
    : `${is}, but the patient gets no emails`;
}
