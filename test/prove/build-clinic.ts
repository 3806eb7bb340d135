import { minutesLived } from '../support/wall-clock.js';
import { changesOf, dateAfter, daysBetween, instantOf, MINUTE_MS, wallAt, weekdayOf } from './calendar.js';
import type { Cast } from './cast.js';
import type {
  ClinicPlan,
  PlannedBooking,
  PlannedDoctor,
  PlannedSettings,
  PlannedType,
  PlannedWindow,
} from './plan.js';
import type { RawBooking, RawDoctor, RawLimit, RawScenario, RawWindow } from './raw-scenario.js';
import { endOf, holdsOn } from './reference-clinic.js';
import { valuesOf } from './reference-values.js';

const DAY = 24 * 60;

/** Zones whose clocks change at different hours, at midnight, by half an hour or by two; and some that never change. */
const ZONES = [
  'Europe/Madrid',
  'America/New_York',
  'Australia/Lord_Howe',
  'America/Santiago',
  'Africa/Cairo',
  'Asia/Beirut',
  'America/Nuuk',
  'Antarctica/Troll',
  'Asia/Tokyo',
  'Pacific/Kiritimati',
  'America/Los_Angeles',
];
const YEAR = 2027;
const PLAIN_DATES = [`${YEAR}-06-15`, `${YEAR}-03-01`];

const NO_LIMITS = { minNoticeMinutes: null, horizonDays: null, cancelCutoffMinutes: null };
const OWN_NOTHING = {
  ...NO_LIMITS,
  durationMinutes: null,
  slotStepMinutes: null,
  bufferBefore: null,
  bufferAfter: null,
  maxPerDay: null,
  maxLiveBookings: null,
};

/** From 09:00 to 13:00. */
const OPEN: RawWindow = {
  day: 0,
  start: 540,
  length: 240,
  isTouching: false,
  from: null,
  until: null,
  types: null,
};

/** The date that a scenario is about: mostly one on which the clocks of its zone change. */
export function anchorOf({ zone, date }: Pick<RawScenario, 'zone' | 'date'>): string {
  const dates = [...changesOf(zoneOf(zone), YEAR), ...PLAIN_DATES];
  return dates[date % dates.length]!;
}

/** Makes a clinic of a random description. Things are placed in order: each may depend on those before it. */
export function buildClinic(raw: RawScenario, cast: Cast): ClinicPlan {
  const anchor = anchorOf(raw);
  const people = { accounts: cast.accounts, patients: cast.patients };
  const bare = {
    ...people,
    settings: settingsOf(raw),
    types: raw.types.map(typeOf),
    doctors: raw.doctors.map((doctor, index) => doctorOf(doctor, cast.doctorIds[index]!, raw, anchor)),
    bookings: [],
    now: 0,
  } satisfies ClinicPlan;
  const booked = { ...bare, bookings: placeBookings(raw.bookings, bare, anchor) };
  return withLimits(raw, { ...booked, now: nowOf(raw, booked, anchor) }, anchor);
}

function zoneOf(index: number): string {
  return ZONES[index % ZONES.length]!;
}

function settingsOf({ settings }: RawScenario): PlannedSettings {
  const { typeRequired, onePlaceAtATime, publicAvailability } = settings;
  return { ...NO_LIMITS, maxLiveBookings: null, typeRequired, onePlaceAtATime, publicAvailability };
}

function typeOf(raw: RawScenario['types'][number], index: number): PlannedType {
  return {
    ...OWN_NOTHING,
    id: index + 1,
    durationMinutes: raw.duration,
    slotStepMinutes: raw.step,
    bufferBefore: raw.before,
    bufferAfter: raw.after,
    audience: raw.isForStaff ? 'staff' : 'patients',
    isActive: raw.isActive,
  };
}

function doctorOf(raw: RawDoctor, id: number, { types, zone }: RawScenario, anchor: string): PlannedDoctor {
  // Half of the doctors are in the scenario's zone.
  const timezone = zoneOf(id === 1 || raw.zone % 2 === 0 ? zone : raw.zone);
  const exceptions = raw.exceptions.map(({ day, isFullDay, start, length }) => ({
    date: dateAfter(anchor, day),
    time: isFullDay ? null : { start, end: Math.min(start + length, DAY) },
  }));
  const offers = types.flatMap((_, index) => {
    const own = raw.offers[index];
    if (!own) return [];
    const { duration: durationMinutes, step, before: bufferBefore, after: bufferAfter } = own;
    const values = { ...OWN_NOTHING, durationMinutes, slotStepMinutes: step, bufferBefore, bufferAfter };
    return [{ typeId: index + 1, own: values }];
  });
  return {
    id,
    timezone,
    specialty: raw.isCardiologist ? 'Cardiology' : 'Neurology',
    isActive: raw.isActive,
    offers,
    windows: windowsOf(
      raw.isOpen ? [OPEN, { ...OPEN, day: 1 }, ...raw.hours] : raw.hours,
      types.length,
      anchor,
    ),
    exceptions,
  };
}

/** Leaves out windows that overlap an earlier one on a date for a type, because the service refuses them. */
function windowsOf(raws: readonly RawWindow[], types: number, anchor: string): PlannedWindow[] {
  const windows: PlannedWindow[] = [];
  for (const raw of raws) {
    const before = windows.at(-1);
    const start = raw.isTouching && before ? before.end : raw.start;
    const dates = [raw.from, raw.until].map((day) => (day === null ? null : dateAfter(anchor, day)));
    const [validFrom, validUntil] = dates as [string | null, string | null];
    const typeIds = [1, 2, 3].filter((id) => id <= types && ((raw.types ?? 0) & (1 << (id - 1))) !== 0);
    const window = {
      weekday: weekdayOf(dateAfter(anchor, raw.isTouching && before ? 0 : raw.day)),
      start,
      end: Math.min(start + raw.length, DAY),
      validFrom,
      validUntil:
        validFrom !== null && validUntil !== null && validUntil < validFrom ? validFrom : validUntil,
      typeIds: typeIds.length > 0 ? typeIds : null,
    };
    if (window.start < window.end && !windows.some((other) => isOverlapping(window, other)))
      windows.push(window);
  }
  return windows;
}

function isOverlapping(a: PlannedWindow, b: PlannedWindow): boolean {
  if (a.weekday !== b.weekday || a.start >= b.end || b.start >= a.end) return false;
  const areApart = (one: PlannedWindow, other: PlannedWindow): boolean =>
    one.validUntil !== null && other.validFrom !== null && one.validUntil < other.validFrom;
  if (areApart(a, b) || areApart(b, a)) return false;
  return a.typeIds === null || b.typeIds === null || a.typeIds.some((id) => b.typeIds!.includes(id));
}

/** Places bookings one after the other. One that overlaps an earlier one was overbooked by the desk. */
function placeBookings(raws: readonly RawBooking[], plan: ClinicPlan, anchor: string): PlannedBooking[] {
  const bookings: PlannedBooking[] = [];
  for (const raw of raws) {
    const booking = placeBooking(raw, bookings, plan, anchor);
    if (booking) bookings.push(booking);
  }
  return bookings;
}

function placeBooking(
  raw: RawBooking,
  earlier: readonly PlannedBooking[],
  plan: ClinicPlan,
  anchor: string,
): PlannedBooking | undefined {
  const doctor = plan.doctors[raw.doctor % plan.doctors.length]!;
  const typeId = raw.type !== null && raw.type < plan.types.length ? raw.type + 1 : null;
  const asked = { doctorId: doctor.id, typeId, durationMinutes: raw.duration };
  const { durationMinutes, ...values } = valuesOf(plan, asked);
  const [bufferBefore, bufferAfter] = raw.buffers ?? [values.bufferBefore, values.bufferAfter];
  const before = earlier.findLast(({ doctorId }) => doctorId === doctor.id);
  let startsAt: number | undefined;
  if ('minute' in raw.at) {
    startsAt = instantOf(doctor.timezone, dateAfter(anchor, raw.day), raw.at.minute);
  } else if (before) {
    const gap = Math.max(before.bufferAfter, bufferBefore) + raw.at.beside;
    startsAt = endOf(before) + Math.max(gap, 0) * MINUTE_MS;
  }
  if (startsAt === undefined) return undefined;
  const { date, minutes: time } = wallAt(doctor.timezone, startsAt);
  // In the second occurrence of a repeated hour there are no bookings.
  if (instantOf(doctor.timezone, date, time) !== startsAt) return undefined;
  const end = startsAt + durationMinutes * MINUTE_MS;
  const isOverbooked =
    raw.status !== 'cancelled' &&
    earlier.some(
      (other) =>
        other.doctorId === doctor.id &&
        other.status !== 'cancelled' &&
        other.startsAt < end &&
        endOf(other) > startsAt,
    );
  return {
    id: earlier.length + 1,
    doctorId: doctor.id,
    patientId: plan.patients[raw.patient % plan.patients.length]!.id,
    date,
    time,
    durationMinutes,
    startsAt,
    status: raw.status,
    isOverbooked,
    typeId,
    bufferBefore,
    bufferAfter,
    onePlace: raw.onePlace,
  };
}

/** The moment: days before, or just when something begins or ends. */
function nowOf({ now }: RawScenario, plan: ClinicPlan, anchor: string): number {
  const { timezone } = plan.doctors[0]!;
  const onTheDay = instantOf(timezone, anchor, now.minute) ?? minutesLived(timezone, anchor)[0]!.instant;
  const booking = plan.bookings[now.which % Math.max(plan.bookings.length, 1)];
  const moments = {
    before: onTheDay - now.days * DAY * MINUTE_MS,
    time: onTheDay,
    'walk-in': onTheDay + 60 * MINUTE_MS,
    booking: booking?.startsAt ?? onTheDay,
    end: booking ? endOf(booking) : onTheDay,
  };
  return moments[now.when] + now.jitter;
}

/** Sets all limits, now that what they count is known: many are just reached. */
function withLimits(raw: RawScenario, plan: ClinicPlan, anchor: string): ClinicPlan {
  const borders = bordersOf(plan, anchor);
  const limitsOf = (limits: Record<'notice' | 'horizon' | 'cutoff' | 'live', RawLimit>, typeId?: number) => ({
    minNoticeMinutes: resolved(limits.notice, borders.notice, [0, 525_600]),
    horizonDays: resolved(limits.horizon, borders.horizon, [1, 3650]),
    cancelCutoffMinutes: resolved(limits.cutoff, borders.cutoff, [0, 525_600]),
    maxLiveBookings: resolved(limits.live, () => borders.ahead(typeId), [1, 1000]),
  });
  const ofType = (
    limits: RawScenario['types'][number] | NonNullable<RawDoctor['offers'][number]>,
    id: number,
  ) => ({
    ...limitsOf(limits, id),
    maxPerDay: resolved(limits.perDay, () => borders.ofTypeThatDay(id), [1, 500]),
  });
  return {
    ...plan,
    settings: { ...plan.settings, ...limitsOf(raw.settings) },
    types: plan.types.map((type, index) => ({ ...type, ...ofType(raw.types[index]!, type.id) })),
    doctors: plan.doctors.map((doctor, index) => ({
      ...doctor,
      offers: doctor.offers.map(({ typeId, own }) => ({
        typeId,
        own: { ...own, ...sparsely(ofType(raw.doctors[index]!.offers[typeId - 1]!, typeId), typeId + index) },
      })),
    })),
  };
}

/** Most own values stay those of the type. */
function sparsely<T extends object>(values: T, seed: number): T {
  const kept = Object.entries(values).map(([key, value], index) => [
    key,
    (index + seed) % 2 === 0 ? (value as unknown) : null,
  ]);
  return Object.fromEntries(kept) as T;
}

function resolved(
  raw: RawLimit,
  border: (which: number) => number,
  [least, most]: readonly [number, number],
): number | null {
  if (raw === null) return null;
  const value = 'value' in raw ? raw.value : Math.floor(border(raw.which)) + raw.beside;
  return Math.min(Math.max(value, least), most);
}

/** What limits count, as of now, for the first doctor and the first patient. */
function bordersOf(plan: ClinicPlan, anchor: string) {
  const { now, bookings } = plan;
  const doctor = plan.doctors[0]!;
  const minutesUntil = (instant: number | undefined): number => ((instant ?? now) - now) / MINUTE_MS;
  const hours = doctor.windows.filter((window) => holdsOn(window, anchor));
  const isAhead = ({ status, patientId, ...booking }: PlannedBooking): boolean =>
    (status === 'booked' || status === 'arrived') &&
    patientId === plan.patients[0]!.id &&
    endOf({ status, patientId, ...booking }) > now;
  return {
    notice: (which: number): number =>
      minutesUntil(instantOf(doctor.timezone, anchor, (hours[0]?.start ?? 540) + which * 15)),
    horizon: (): number => daysBetween(wallAt(doctor.timezone, now).date, anchor),
    cutoff: (which: number): number => minutesUntil(bookings[which % Math.max(bookings.length, 1)]?.startsAt),
    ahead: (typeId?: number): number =>
      bookings.filter((booking) => isAhead(booking) && (typeId === undefined || booking.typeId === typeId))
        .length,
    ofTypeThatDay: (typeId: number): number =>
      bookings.filter(
        (booking) =>
          booking.doctorId === doctor.id &&
          booking.typeId === typeId &&
          booking.date === anchor &&
          booking.status !== 'cancelled',
      ).length,
  };
}
