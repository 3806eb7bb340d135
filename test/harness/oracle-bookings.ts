import type { Connection, RowDataPacket } from 'mysql2/promise';
import type { Acknowledged, AcknowledgedVersion, BookingState } from './acknowledged.js';
import type { Finding } from './finding.js';
import type { History, Step } from './oracle-history.js';
import { type BookingRow, rows } from './oracle-rows.js';

type Acknowledgements = ReadonlyMap<number, Acknowledged>;
type Histories = ReadonlyMap<number, History>;

/** O: pairs of live bookings that overlap, of which the desk overbooked neither. */
export async function overlaps(database: Connection): Promise<Finding[]> {
  const pairs = await rows<RowDataPacket & { one: number; other: number }>(
    database,
    `SELECT a.id AS one, b.id AS other FROM bookings a JOIN bookings b
       ON a.doctor_id = b.doctor_id AND a.id < b.id AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at
     WHERE a.status <> 'cancelled' AND b.status <> 'cancelled' AND a.overbooked = 0 AND b.overbooked = 0`,
  );
  return pairs.map(({ one, other }) => ({
    letter: 'O',
    bookingId: other,
    what: `it overlaps booking ${one}`,
  }));
}

/**
 * O: overbooked bookings for which no override of `TAKEN` stands in the booking, in the event that placed it, and, where
 * the request is known, in the request.
 */
export function unsanctioned(
  bookings: readonly BookingRow[],
  histories: Histories,
  acknowledged: Acknowledgements,
): Finding[] {
  return bookings.flatMap((booking) => {
    if (booking.overbooked === 0) return [];
    const placed = placementOf(histories.get(booking.id)!.steps);
    const asked = placed && acknowledged.get(booking.id)?.versions.get(placed.version)?.asked?.rules;
    const isSanctioned =
      booking.overridden?.split(' ').includes('TAKEN') === true &&
      booking.override_reason !== null &&
      placed?.step.rules.includes('TAKEN') === true &&
      placed.step.reason !== null &&
      (asked === undefined || asked.includes('TAKEN'));
    if (isSanctioned) return [];
    return [{ letter: 'O', bookingId: booking.id, what: 'it is overbooked without an override of TAKEN' }];
  });
}

/** The last event that gave a booking its time. */
function placementOf(steps: readonly Step[]): { step: Step; version: number } | undefined {
  const index = steps.findLastIndex(({ action }) => action === 'booked' || action === 'moved');
  return index < 0 ? undefined : { step: steps[index]!, version: index + 1 };
}

/** A: acknowledged bookings that are missing or differ, and acknowledged changes that their events do not show. */
export function lostBookings(
  acknowledged: Acknowledgements,
  byId: ReadonlyMap<number, BookingRow>,
  histories: Histories,
): Finding[] {
  return [...acknowledged.values()].flatMap((booking) => {
    const what = faultOf(booking, byId.get(booking.id), histories.get(booking.id)?.steps ?? []);
    return what === undefined ? [] : [{ letter: 'A', bookingId: booking.id, what }];
  });
}

function faultOf(
  { versions, version, patientId, latest }: Acknowledged,
  row: BookingRow | undefined,
  steps: readonly Step[],
): string | undefined {
  if (!row) return 'it is missing';
  // The answer to a DELETE has no version.
  const isUnseen = latest.status === 'cancelled' && versions.get(version)!.status !== 'cancelled';
  const current = version + (isUnseen ? 1 : 0);
  if (row.version + row.edits !== current || row.patient_id !== patientId || !isAs(latest, row))
    return 'it differs from what was acknowledged';
  const lost = [...versions].find(([number, state]) => {
    const step = steps[number - 1];
    return step && number < version && !isSame(state, step);
  });
  return lost && `its version ${lost[0]} was acknowledged, but its events say otherwise`;
}

function isAs(latest: AcknowledgedVersion, row: BookingRow): boolean {
  const { doctor_id: doctorId, date, start_time, duration_minutes: duration, status, overbooked } = row;
  const state = { doctorId, date, time: start_time.slice(0, 5), duration, status };
  return isSame(latest, state) && latest.isOverbooked === (overbooked === 1);
}

function isSame(one: BookingState, other: BookingState): boolean {
  return (['doctorId', 'date', 'time', 'duration', 'status'] as const).every(
    (field) => one[field] === other[field],
  );
}

/** K: the traffic never requests the same booking under two keys, so equal bookings must come from one key. */
export async function duplicateBookings(database: Connection): Promise<Finding[]> {
  const duplicates = await rows<RowDataPacket & { made: number; last: number }>(
    database,
    `SELECT COUNT(*) AS made, MAX(b.id) AS last
     FROM notifications n JOIN bookings b ON b.id = n.booking_id
     WHERE n.kind = 'booked' GROUP BY b.patient_id, n.doctor_id, n.starts_at, n.duration_minutes
     HAVING COUNT(*) > 1`,
  );
  return duplicates.flatMap(({ made, last }) =>
    Array.from({ length: made - 1 }, () => ({
      letter: 'K' as const,
      bookingId: last,
      what: `the same request made ${made} bookings`,
    })),
  );
}
