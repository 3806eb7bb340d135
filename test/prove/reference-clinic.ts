import type { EpochMs } from '../../src/time/interval.js';
import { dateAfter, instantOf, MINUTE_MS, wallAt, weekdayOf } from './calendar.js';
import type { ClinicPlan, Minutes, PlannedBooking, PlannedDoctor, PlannedWindow, Wish } from './plan.js';
import { type Values, valuesOf } from './reference-values.js';

/** The rules, most helpful first, as the wire contract lists them. */
export const RULES = [
  'DOCTOR_INACTIVE',
  'NOT_OFFERED',
  'NO_SUCH_TIME',
  'NOT_IN_FUTURE',
  'TOO_SOON',
  'TOO_FAR',
  'OUTSIDE_AVAILABILITY',
  'EXCEPTION',
  'OFF_GRID',
  'TAKEN',
  'BUFFER',
  'DAY_FULL',
  'PATIENT_BUSY',
  'TOO_MANY_BOOKINGS',
  'TOO_LATE',
] as const;
export type RuleName = (typeof RULES)[number];

/** Part I's length and grid, without a type. */
const DEFAULT_DURATION = 30;
const UNTYPED_STEP = 15;
const WALK_IN_MS = 60 * MINUTE_MS;
const DAY = 24 * 60;

/** A time to judge, with everything that the rules need. */
export interface Judged {
  readonly doctor: PlannedDoctor;
  readonly date: string;
  readonly values: Values;
  readonly typeId: number | null;
  /** Null for a visitor. */
  readonly patientId: number | null;
  readonly isForDesk: boolean;
  readonly isOnePlace: boolean;
  /** The booking that is rescheduled: it counts nowhere. */
  readonly without?: number | undefined;
}

/**
 * A reference model of the whole evaluation: it walks through every minute of an appointment, reads the wall clock, and
 * compares the appointment with every booking of the clinic. Slow, and obviously right. It shares nothing with the
 * service but the time zone data.
 */
export class ReferenceClinic {
  constructor(readonly plan: ClinicPlan) {}

  get now(): EpochMs {
    return this.plan.now;
  }

  doctor(id: number): PlannedDoctor {
    return this.plan.doctors.find((doctor) => doctor.id === id)!;
  }

  isDesk(accountId: number | null): boolean {
    const role = this.plan.accounts.find(({ id }) => id === accountId)?.role;
    return role === 'admin' || role === 'staff';
  }

  /** Whether an account manages a patient, or has accepted the patient. */
  isOwn(accountId: number | null, patientId: number): boolean {
    const patient = this.plan.patients.find(({ id }) => id === patientId);
    if (!patient || accountId === null) return false;
    return patient.accountId === accountId || patient.guardianIds.includes(accountId);
  }

  /** What a wish is judged with; its doctor, type and patient must be known to the actor. */
  judged({ accountId, doctorId, date, typeId, durationMinutes, patientId }: Wish): Judged {
    const asked = {
      doctorId,
      typeId: typeId ?? null,
      durationMinutes: durationMinutes ?? DEFAULT_DURATION,
    };
    const self = this.plan.accounts.find(({ id }) => id === accountId)?.selfId ?? null;
    return {
      doctor: this.doctor(doctorId),
      date,
      values: valuesOf(this.plan, asked),
      typeId: asked.typeId,
      patientId: patientId ?? self,
      isForDesk: this.isDesk(accountId),
      isOnePlace: patientId !== undefined || typeId !== undefined || this.plan.settings.onePlaceAtATime,
    };
  }

  /** All rules that stand against a time, in order; but for TOO_LATE, which no new booking violates. */
  violations(judged: Judged, time: Minutes): RuleName[] {
    const start = instantOf(judged.doctor.timezone, judged.date, time);
    const found = new Set<RuleName>(this.violatedOnDate(judged));
    if (start === undefined) found.add('NO_SUCH_TIME');
    else {
      for (const rule of this.violatedByInstant(judged, start)) found.add(rule);
      for (const rule of this.violatedByHours(judged, start)) found.add(rule);
      for (const rule of this.violatedByBookings(judged, start)) found.add(rule);
      if (this.isOffGrid(judged, time)) found.add('OFF_GRID');
    }
    return RULES.filter((rule) => found.has(rule));
  }

  /** The starts that a list offers, ascending. */
  slots(judged: Judged): Minutes[] {
    if (this.violatedOnDate(judged).length > 0) return [];
    return this.grid(judged).filter((time) => this.violations(judged, time).length === 0);
  }

  /** The starts on the grid of a date, whether or not they can be booked. */
  grid(judged: Judged): Minutes[] {
    const step = judged.values.step ?? UNTYPED_STEP;
    const times: Minutes[] = [];
    const windows = servingWindows(judged);
    let minutesInto = 0;
    for (let time = 0; time < DAY; time += 1) {
      if (!isIn(windows, time)) minutesInto = 0;
      else {
        if (minutesInto % step === 0) times.push(time);
        minutesInto += 1;
      }
    }
    return times;
  }

  /** Those that do not need the time to exist. */
  violatedOnDate({ doctor, date, values, typeId, patientId, isForDesk, without }: Judged): RuleName[] {
    const found: RuleName[] = [];
    if (!doctor.isActive) found.push('DOCTOR_INACTIVE');
    if (!values.isOffered) found.push('NOT_OFFERED');
    const today = wallAt(doctor.timezone, this.now).date;
    if (!isForDesk && values.horizon !== null && date > dateAfter(today, values.horizon))
      found.push('TOO_FAR');
    const others = this.plan.bookings.filter(({ id, status }) => id !== without && status !== 'cancelled');
    const ofTypeThatDay = others.filter(
      (booking) => booking.doctorId === doctor.id && booking.typeId === typeId && booking.date === date,
    );
    if (values.maxPerDay !== null && ofTypeThatDay.length >= values.maxPerDay) found.push('DAY_FULL');
    if (isForDesk || patientId === null) return found;
    const ahead = others.filter(
      (booking) =>
        booking.patientId === patientId &&
        (booking.status === 'booked' || booking.status === 'arrived') &&
        endOf(booking) > this.now,
    );
    const most = this.plan.settings.maxLiveBookings;
    const isAtLimit = most !== null && ahead.length >= most;
    const ofType = ahead.filter((booking) => booking.typeId === typeId);
    const isAtLimitOfType = values.maxOfType !== null && ofType.length >= values.maxOfType;
    if (isAtLimit || isAtLimitOfType) found.push('TOO_MANY_BOOKINGS');
    return found;
  }

  private violatedByInstant({ values, isForDesk }: Judged, start: EpochMs): RuleName[] {
    const found: RuleName[] = [];
    if (start <= this.now - (isForDesk ? WALK_IN_MS : 0)) found.push('NOT_IN_FUTURE');
    // Without a notice, a start in the past is not also too soon.
    const { notice } = values;
    if (!isForDesk && notice !== null && notice > 0 && start - this.now < notice * MINUTE_MS)
      found.push('TOO_SOON');
    return found;
  }

  /** Looks at each minute of the appointment on the doctor's wall clock. */
  private violatedByHours(judged: Judged, start: EpochMs): RuleName[] {
    const { doctor, date, values } = judged;
    const windows = servingWindows(judged);
    let [isOutside, isAway] = [false, false];
    for (let minute = 0; minute < values.durationMinutes; minute += 1) {
      const wall = wallAt(doctor.timezone, start + minute * MINUTE_MS);
      // No appointment spans midnight: a window ends with its day.
      if (wall.date !== date || !isIn(windows, wall.minutes)) isOutside = true;
      if (isExcepted(doctor, wall.date, wall.minutes)) isAway = true;
    }
    return [
      ...(isOutside ? (['OUTSIDE_AVAILABILITY'] as const) : []),
      ...(isAway ? (['EXCEPTION'] as const) : []),
    ];
  }

  /** Compares the appointment with each other booking of the doctor, and of the patient. */
  private violatedByBookings(judged: Judged, start: EpochMs): RuleName[] {
    const { doctor, values, patientId, isOnePlace, without } = judged;
    const end = start + values.durationMinutes * MINUTE_MS;
    const found: RuleName[] = [];
    for (const booking of this.plan.bookings) {
      if (booking.id === without || booking.status === 'cancelled') continue;
      const isOverlapping = booking.startsAt < end && endOf(booking) > start;
      if (booking.doctorId === doctor.id) {
        if (isOverlapping) found.push('TAKEN');
        else if (isTooClose(values, { start, end }, booking)) found.push('BUFFER');
      }
      if (isOnePlace && booking.patientId === patientId && isOverlapping) found.push('PATIENT_BUSY');
    }
    return found;
  }

  /** A start in a window, but not on its grid. */
  private isOffGrid(judged: Judged, time: Minutes): boolean {
    const { step } = judged.values;
    const windows = servingWindows(judged);
    if (step === null || !isIn(windows, time)) return false;
    let minutesInto = 0;
    while (minutesInto < time && isIn(windows, time - minutesInto - 1)) minutesInto += 1;
    return minutesInto % step !== 0;
  }
}

/** The windows of the doctor that serve the request on its date. */
export function servingWindows({ doctor, date, typeId }: Judged): PlannedWindow[] {
  return doctor.windows.filter((window) => holdsOn(window, date) && serves(window, typeId));
}

/** Whether one of them is open in that minute of the wall clock. */
export function isIn(windows: readonly PlannedWindow[], time: Minutes): boolean {
  return windows.some(({ start, end }) => start <= time && time < end);
}

export function endOf({ startsAt, durationMinutes }: PlannedBooking): EpochMs {
  return startsAt + durationMinutes * MINUTE_MS;
}

/** Of neighbours, the one before keeps its buffer after, the later one its buffer before: the longer of both. */
function isTooClose(
  values: Values,
  { start, end }: { start: EpochMs; end: EpochMs },
  booking: PlannedBooking,
): boolean {
  if (end <= booking.startsAt) {
    const gap = (booking.startsAt - end) / MINUTE_MS;
    return gap < values.bufferAfter || gap < booking.bufferBefore;
  }
  const gap = (start - endOf(booking)) / MINUTE_MS;
  return gap < booking.bufferAfter || gap < values.bufferBefore;
}

export function isExcepted({ exceptions }: PlannedDoctor, date: string, minutes: Minutes): boolean {
  return exceptions.some(
    ({ date: of, time }) => of === date && (time === null || (time.start <= minutes && minutes < time.end)),
  );
}

export function holdsOn({ weekday, validFrom, validUntil }: PlannedWindow, date: string): boolean {
  if (weekday !== weekdayOf(date)) return false;
  return (validFrom === null || validFrom <= date) && (validUntil === null || date <= validUntil);
}

/** A window for certain types serves no request without one. */
export function serves({ typeIds }: PlannedWindow, typeId: number | null): boolean {
  return typeIds === null || (typeId !== null && typeIds.includes(typeId));
}
