import type { AvailabilityWindow } from '../../availability/availability-window.entity.js';
import { buffer } from '../../availability/rules/buffer.js';
import { exception as exceptionRule } from '../../availability/rules/exception.js';
import { patientBusy } from '../../availability/rules/patient-busy.js';
import type { Appointment, EvaluatedFor, Rule } from '../../availability/rules/rule.js';
import { taken } from '../../availability/rules/taken.js';
import { type DayFacts, ScheduleDay } from '../../availability/schedule-day.js';
import { ClinicDay } from '../../time/clinic-day.js';
import { parseWallTime } from '../../time/wall-time.js';
import { timesTakenBy } from '../booking-instants.js';
import type { DeskBooking } from '../desk-booking.js';
import type { DayException } from '../desk-day.js';

const MINUTE_MS = 60_000;

/** A live booking near a requested time, of its doctor or its patient. */
export interface NearBooking extends DeskBooking {
  readonly bufferBefore: number;
  readonly bufferAfter: number;
}

/** What stands in the way of a requested time, for the desk. */
export interface InTheWay {
  readonly bookings: readonly DeskBooking[];
  /** The doctor's windows of the date, if the time is outside of them or off their grid. */
  readonly windows: readonly AvailabilityWindow[];
  readonly exceptions: readonly DayException[];
}

/** A requested time that was evaluated. */
export interface EvaluatedTime {
  readonly doctorId: number;
  readonly patientId: number;
  readonly appointment: Appointment;
  /** The date, at the doctor's. */
  readonly day: ClinicDay;
  readonly who: EvaluatedFor;
}

const NOTHING: DayFacts = { windows: [], exceptions: [], busy: [] };

/** Whether a booking alone breaks a rule: it overlaps the time or is too close to it, or its patient is busy. Pure. */
export function isBookingInTheWay(booking: NearBooking, time: EvaluatedTime): boolean {
  const stored = { start: booking.startsAt, end: booking.startsAt + booking.durationMinutes * MINUTE_MS };
  const { bufferBefore, bufferAfter } = booking;
  const isOf = { doctor: booking.doctorId === time.doctorId, patient: booking.patientId === time.patientId };
  const at = ClinicDay.of(booking.date, booking.timezone);
  const busy = timesTakenBy(stored, parseWallTime(booking.time), at).map((each) => ({
    ...each,
    bufferBefore,
    bufferAfter,
  }));
  if (isOf.doctor && breaks([taken, buffer], { ...NOTHING, busy }, time)) return true;
  const patient = { busy: [stored], liveBookings: 0, liveBookingsOfType: 0 };
  return isOf.patient && breaks([patientBusy], NOTHING, { ...time, who: { ...time.who, patient } });
}

/** Whether the time overlaps an exception of its date or of the next one. Pure. */
export function isExceptionInTheWay(
  { date, startTime, endTime }: DayException,
  time: EvaluatedTime,
): boolean {
  const blocked =
    startTime === null || endTime === null
      ? 'full day'
      : { start: parseWallTime(startTime), end: parseWallTime(endTime) };
  const isOfDate = date === time.day.date;
  const facts = isOfDate ? { exceptions: [blocked] } : { exceptionsOfNextDay: [blocked] };
  return breaks([exceptionRule], { ...NOTHING, ...facts } as DayFacts, time);
}

function breaks(rules: readonly Rule[], facts: DayFacts, { appointment, day, who }: EvaluatedTime): boolean {
  const alone = new ScheduleDay(day, facts);
  return rules.some((rule) => rule.isViolated(appointment, alone, who));
}
