import type { BookingStatus } from '../../src/bookings/booking.js';
import type { BookingState } from './acknowledged.js';
import type { Finding } from './finding.js';
import { type BookingRow, type EventRow, grouped } from './oracle-rows.js';

const MINUTE_MS = 60_000;
/** Between a decision and its event the local day may end. */
const ROUNDING_MS = MINUTE_MS;

/** The promised steps (not read from the service, which is judged here). A step back needs a reason. */
const STEPS: Readonly<Record<BookingStatus, Partial<Record<BookingStatus, 'on' | 'back'>>>> = {
  booked: { arrived: 'on', fulfilled: 'on', noshow: 'on' },
  arrived: { fulfilled: 'on', booked: 'back' },
  noshow: { arrived: 'back', booked: 'back' },
  fulfilled: { arrived: 'back' },
  cancelled: {},
};

/** A booking after one of its events. */
export interface Step extends BookingState {
  readonly action: string;
  readonly at: number;
  readonly reason: string | null;
  /** The rules that were overridden. */
  readonly rules: readonly string[];
  /** How many of the events so far changed the time or cancelled: emails count by it. */
  readonly emailVersion: number;
}

/** What became of a booking according to its events: the step at index n has the version n + 1 on the wire. */
export interface History {
  readonly steps: readonly Step[];
  /** Where the events contradict each other, or the booking. */
  readonly faults: readonly string[];
}

type Particulars = Partial<BookingState> & { doctor_id?: number; before?: string; overridden?: string };

/** Follows the events of each booking. */
export function historiesOf(
  bookings: readonly BookingRow[],
  events: readonly EventRow[],
): ReadonlyMap<number, History> {
  const byBooking = grouped(events, ({ subject_id }) => subject_id);
  return new Map(
    bookings.map((booking) => [booking.id, historyOf(booking, byBooking.get(booking.id) ?? [])]),
  );
}

/** H: changes without exactly one event, and statuses that do not follow from one another. */
export function brokenHistories(histories: ReadonlyMap<number, History>): Finding[] {
  return [...histories].flatMap(([bookingId, { faults }]) =>
    faults.map((what) => ({ letter: 'H' as const, bookingId, what })),
  );
}

function historyOf(booking: BookingRow, events: readonly EventRow[]): History {
  const steps: Step[] = [];
  const faults: string[] = [];
  for (const event of events) {
    const step = stepOf(event, steps.at(-1));
    const fault = faultOf(step, event, steps.at(-1));
    if (fault !== undefined) faults.push(`its event ${steps.length + 1} (${event.action}): ${fault}`);
    steps.push(step);
  }
  return { steps, faults: [...faults, ...faultsOfCounts(booking, steps)] };
}

function stepOf({ action, at, particulars, reason }: EventRow, before: Step | undefined): Step {
  const { doctor_id, overridden = '', ...values } = JSON.parse(particulars) as Particulars;
  const isPlacement = action === 'booking.booked' || action === 'booking.moved';
  const isTimeChange = isPlacement || action === 'booking.cancelled';
  const { date, time, duration, status } = { ...before, ...values };
  const given =
    action === 'booking.cancelled' ? 'cancelled' : action === 'booking.booked' ? 'booked' : status;
  return {
    action: action.replace('booking.', ''),
    at: at.getTime(),
    reason,
    rules: isPlacement ? overridden.split(' ').filter(Boolean) : (before?.rules ?? []),
    doctorId: doctor_id ?? before!.doctorId,
    ...{ date: date!, time: time!, duration: duration! },
    status: given!,
    emailVersion: (before?.emailVersion ?? 0) + (isTimeChange ? 1 : 0),
  };
}

function faultOf(
  step: Step,
  { particulars, timezone }: EventRow,
  before: Step | undefined,
): string | undefined {
  if (!before) return step.action === 'booked' ? undefined : 'nothing was booked before it';
  if (before.status === 'cancelled') return 'it follows a cancellation';
  const zone = timezone ?? 'UTC';
  switch (step.action) {
    case 'booked':
      return 'it was booked before';
    case 'moved':
      return isMovable(before, step) ? undefined : `it was ${before.status}`;
    case 'cancelled':
      return isCancellable(before, step, zone) ? undefined : `it was ${before.status}`;
    case 'status_set':
      return (JSON.parse(particulars) as Particulars).before === before.status
        ? faultOfStatus(step, before, zone)
        : `it was ${before.status}, but the event says otherwise`;
    default:
      return undefined;
  }
}

/** Who has arrived may get another time of that day. */
function isMovable({ status, date }: Step, moved: Step): boolean {
  return status === 'booked' || (status === 'arrived' && date === moved.date);
}

/** What is recorded as fulfilled before its start took no place. */
function isCancellable({ status, date, time }: Step, { at }: Step, timezone: string): boolean {
  if (status === 'fulfilled') return wallTime(at - ROUNDING_MS, timezone) < `${date} ${time}`;
  return status === 'booked' || status === 'arrived';
}

function faultOfStatus(
  { status, at, reason, date, time }: Step,
  before: Step,
  timezone: string,
): string | undefined {
  const direction = STEPS[before.status][status];
  const what = `${before.status} to ${status}`;
  if (!direction) return `${what} is no step`;
  if (direction === 'back' && reason === null) return `${what} goes back without a reason`;
  const moments = [at, at - ROUNDING_MS].map((moment) => wallTime(moment, timezone));
  if ((direction === 'back' || status === 'arrived') && !moments.some((now) => now.startsWith(date)))
    return `${what} on another day than ${date}`;
  if (status === 'noshow' && moments[0]! < `${date} ${time}`) return `${what} before the start`;
  return undefined;
}

/** Whether there is one event for each change, and the last one left the booking as it is. */
function faultsOfCounts(booking: BookingRow, steps: readonly Step[]): string[] {
  const last = steps.at(-1);
  if (!last) return ['it has no event'];
  const { emailVersion } = last;
  const edits = steps.length - emailVersion;
  const isAsLeft =
    last.status === booking.status &&
    last.doctorId === booking.doctor_id &&
    last.date === booking.date &&
    last.time === booking.start_time.slice(0, 5) &&
    last.duration === booking.duration_minutes;
  return [
    ...(emailVersion === booking.version
      ? []
      : [`it has ${emailVersion} events about its time and ${booking.version} versions`]),
    ...(edits === booking.edits ? [] : [`it has ${edits} other events and ${booking.edits} edits`]),
    ...(isAsLeft ? [] : ['it is not as its last event left it']),
  ];
}

/** `YYYY-MM-DD HH:MM` on the wall clock of a zone. */
function wallTime(at: number, timezone: string): string {
  return new Date(at).toLocaleString('sv-SE', { timeZone: timezone }).slice(0, 16);
}
