import type { AvailabilityException } from '../availability/availability-exception.entity.js';
import type { AvailabilityWindow } from '../availability/availability-window.entity.js';
import type { DayFacts, WallRange } from '../availability/schedule-day.js';
import { ClinicDay } from '../time/clinic-day.js';
import type { Interval } from '../time/interval.js';
import { parseWallTime } from '../time/wall-time.js';
import { BOOKING_STATUSES, type BookingStatus, type ListedBooking } from './booking.js';
import { timesTakenBy } from './booking-instants.js';
import { freeGaps } from './desk-day.gaps.js';

const MINUTE_MS = 60_000;

/** A doctor on the day sheet. */
export interface DayDoctor {
  readonly id: number;
  readonly name: string;
  readonly specialty: string;
  /** IANA. */
  readonly timezone: string;
  readonly active: 0 | 1;
}

/** A booking on the day sheet. */
export interface DayBooking extends ListedBooking {
  readonly patientPhone: string | null;
  readonly birthYear: number | null;
  readonly hasAddress: 0 | 1;
  readonly isFirstVisit: 0 | 1;
}

/** The time that a booking takes. */
export type BookingTime = Pick<ListedBooking, 'doctorId' | 'date' | 'time' | 'durationMinutes' | 'startsAt'>;

export type DayException = Omit<AvailabilityException, 'dayVersion'>;

/** What is stored of a date of one doctor. */
export interface StoredDay {
  readonly doctor: DayDoctor;
  readonly windows: readonly AvailabilityWindow[];
  readonly exceptions: readonly DayException[];
  /** Cancelled ones too, by their start. */
  readonly bookings: readonly DayBooking[];
  /** Live ones of the day before, of which some reach into this one. */
  readonly fromDayBefore: readonly BookingTime[];
}

/** A date of one doctor, as the desk sees it. */
export interface DayOfDoctor extends StoredDay {
  /** Where a patient could still be put in. */
  readonly free: readonly WallRange[];
  readonly counts: Readonly<Record<BookingStatus, number>>;
}

/** The day sheet of a doctor. Pure. */
export function dayOf(date: string, stored: StoredDay): DayOfDoctor {
  const { doctor, bookings } = stored;
  // Earlier versions stored time zones that do not exist. Such a doctor has no free times, and hides no other doctor.
  const day = ClinicDay.find(date, doctor.timezone);
  const free = day && doctor.active === 1 ? freeGaps(day, factsOf(day, stored)) : [];
  const count = (wanted: BookingStatus): number => bookings.filter(({ status }) => status === wanted).length;
  const counts = Object.fromEntries(BOOKING_STATUSES.map((status) => [status, count(status)]));
  return { ...stored, free, counts: counts as Record<BookingStatus, number> };
}

function factsOf(day: ClinicDay, { windows, exceptions, bookings, fromDayBefore }: StoredDay): DayFacts {
  const live = bookings.filter(({ status }) => status !== 'cancelled');
  return {
    windows: windows.map(({ startTime, endTime }) => wallRange(startTime, endTime)),
    exceptions: exceptions.map(({ startTime, endTime }) =>
      startTime === null || endTime === null ? 'full day' : wallRange(startTime, endTime),
    ),
    busy: [
      ...live.flatMap((booking) => timesOf(booking, day)),
      ...fromDayBefore.flatMap((booking) => timesOf(booking, ClinicDay.of(booking.date, day.timezone))),
    ],
  };
}

function timesOf({ startsAt, durationMinutes, time }: BookingTime, day: ClinicDay): Interval[] {
  const stored = { start: startsAt, end: startsAt + durationMinutes * MINUTE_MS };
  return timesTakenBy(stored, parseWallTime(time), day);
}

function wallRange(start: string, end: string): WallRange {
  return { start: parseWallTime(start), end: parseWallTime(end) };
}
