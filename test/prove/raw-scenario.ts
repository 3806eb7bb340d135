import fc from 'fast-check';

/**
 * Random descriptions of clinics, as plain numbers that shrink well. `build-clinic.ts` makes clinics of them: it places
 * things relative to each other, so that many requests meet a limit exactly.
 */

/** Lengths that fit into each other, and odd ones. */
const LENGTHS = [5, 10, 15, 15, 20, 30, 30, 45, 60, 60, 90, 120, 1, 7, 25, 480];
const BUFFERS = [0, 0, 0, 0, 5, 10, 15, 15, 30, 60, 3, 240];

const length = fc.constantFrom(...LENGTHS);
const buffer = fc.constantFrom(...BUFFERS);
/** A time of the day, mostly a round one. */
const minute = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 95 }).map((quarter) => quarter * 15) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 287 }).map((twelfth) => twelfth * 5) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 1439 }) },
);
/** The date that everything is about, or one next to it. */
const day = fc.constantFrom(0, 0, 0, 0, 0, 0, 0, 1, -1);
const near = fc.constantFrom(0, 0, -1, 1, -5, 5);
const index = fc.nat({ max: 7 });

/** A limit: none, a value, or one that a request just meets, but for `beside`. */
function limit(...values: number[]) {
  return fc.oneof(
    { weight: 7, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: fc.record({ value: fc.constantFrom(...values) }) },
    { weight: 3, arbitrary: fc.record({ beside: fc.constantFrom(0, 0, 1, -1), which: index }) },
  );
}
export type RawLimit = { value: number } | { beside: number; which: number } | null;

const limits = {
  notice: limit(0, 60, 1440),
  horizon: limit(1, 2, 30, 365),
  cutoff: limit(0, 120, 1440),
  live: limit(1, 3, 50),
};

const rarely = fc.integer({ min: 0, max: 11 }).map((side) => side === 11);
const settings = fc.record({
  ...limits,
  typeRequired: rarely,
  onePlaceAtATime: fc.boolean(),
  publicAvailability: fc.boolean(),
});

const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { freq: 2 });
const perDay = limit(1, 2, 8);

const type = fc.record({
  duration: length,
  step: maybe(length),
  before: buffer,
  after: buffer,
  ...limits,
  perDay,
  isForStaff: rarely,
  isActive: rarely.map((isRare) => !isRare),
});

const own = fc.record({
  duration: fc.option(length, { freq: 3 }),
  step: fc.option(length, { freq: 4 }),
  before: fc.option(buffer, { freq: 3 }),
  after: fc.option(buffer, { freq: 3 }),
  ...limits,
  perDay,
});

const window = fc.record({
  day,
  start: fc.oneof(minute, fc.constantFrom(0, 60, 540, 1320)),
  length: fc.oneof(fc.constantFrom(30, 60, 120, 240, 480, 1440), fc.integer({ min: 1, max: 600 })),
  /** Begins where the one before ends. */
  isTouching: fc.boolean(),
  from: fc.option(day, { freq: 3 }),
  until: fc.option(day, { freq: 3 }),
  /** A set of types, as bits. */
  types: fc.option(fc.integer({ min: 1, max: 7 }), { freq: 2 }),
});

const exception = fc.record({
  day,
  isFullDay: rarely,
  start: minute,
  length: fc.oneof(length, fc.integer({ min: 1, max: 90 })),
});

const doctor = fc.record({
  zone: index,
  isCardiologist: fc.boolean(),
  /** Open on that date by day, for everything. */
  isOpen: fc.constantFrom(true, true, true, false),
  isActive: rarely.map((isRare) => !isRare),
  /** What the doctor offers, by the type's place; null: not offered. */
  offers: fc.array(fc.option(own, { freq: 9 }), { minLength: 3, maxLength: 3 }),
  hours: fc.array(window, { maxLength: 4 }),
  exceptions: fc.array(exception, { maxLength: 2 }),
});

const booking = fc.record({
  doctor: fc.constantFrom(0, 0, 0, 1, 2),
  patient: fc.constantFrom(0, 0, 0, 0, 1, 2, 3),
  day,
  /** Where it is placed: at a time, or as close to the one before as the buffers let it, but for `beside`. */
  at: fc.oneof(
    { weight: 3, arbitrary: fc.record({ minute }) },
    { weight: 1, arbitrary: fc.record({ minute: fc.integer({ min: 1290, max: 1439 }) }) },
    { weight: 2, arbitrary: fc.record({ beside: near }) },
  ),
  duration: length,
  status: fc.constantFrom(
    'booked',
    'booked',
    'booked',
    'booked',
    'arrived',
    'fulfilled',
    'noshow',
    'cancelled',
  ),
  type: maybe(fc.nat({ max: 2 })),
  /** Null: those of the type. */
  buffers: fc.option(fc.tuple(buffer, buffer), { freq: 3, nil: null }),
  onePlace: fc.boolean(),
});

const jitter = fc.constantFrom(0, 0, 0, 1, -1, 30_000);
const now = fc.record({
  when: fc.constantFrom('before', 'before', 'before', 'before', 'time', 'walk-in', 'booking', 'end'),
  days: fc.constantFrom(1, 1, 2, 0, 7, 29, 30, 31, 90),
  minute,
  which: index,
  jitter,
});

/** A request for a list, and with it for each time of a date. */
const wish = fc.record({
  /** By the cast's accounts. */
  account: fc.constantFrom(0, 0, 0, 0, 1, 1, 2, 2, 3, 4, 5, 7),
  patient: fc.constantFrom(null, null, null, 'own', 'own', 'own', 'other', 'nobody'),
  doctor: fc.constantFrom(0, 0, 0, 1, 2),
  day,
  type: fc.option(fc.constantFrom(0, 0, 0, 0, 0, 0, 1, 1, 2, 3), { freq: 4 }),
  duration: fc.option(length, { freq: 3 }),
  times: fc.array(minute, { maxLength: 4 }),
});

const seldom = <T>(arbitrary: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, { weight: 1, arbitrary });

/** A request for the free starts of several doctors and dates, for what a wish asks for. */
const search = fc.record({
  wish: index,
  /** The doctor of the wish, all, those of a specialty, or a set, as bits. */
  doctors: fc.constantFrom('one', 'all', 'all', 'specialty', 'specialty', 'specialty', 'nobody', 3, 5, 6),
  /** Null: today. */
  from: fc.option(fc.constantFrom(0, 0, 0, -1, 1, -3), { freq: 4 }),
  /** How many days later it ends; null: six. */
  days: fc.option(fc.constantFrom(0, 0, 1, 1, 2, 3, 61, 62, 63), { freq: 5 }),
  after: seldom(minute),
  before: seldom(minute),
  /** A set, as bits. */
  weekdays: seldom(fc.integer({ min: 1, max: 127 })),
  isCompact: fc.boolean(),
  limit: fc.constantFrom(1, 2, 3, 7, 50, 200),
  /** Whether a start of the first page is booked before the second is read. */
  isBooking: fc.boolean(),
  count: fc.constantFrom(1, 1, 2, 3, 20),
});

const act = fc.record({
  kind: fc.constantFrom('book', 'book', 'book', 'move', 'move', 'move', 'cancel', 'cancel', 'any', 'any'),
  wish: index,
  pick: fc.nat({ max: 999 }),
  prefersFree: fc.constantFrom(true, true, true, false),
  account: fc.constantFrom(null, null, null, null, null, 0, 1, 2, 2, 3, 4, 5),
  override: fc.constantFrom('none', 'all', 'all', 'some'),
  changes: fc.record({
    day: fc.option(day, { freq: 1 }),
    /** Whether only the other fields are sent: the time stays. */
    keepsTime: rarely,
    minute: fc.option(minute, { freq: 4 }),
    duration: fc.option(length, { freq: 1 }),
    type: fc.option(fc.nat({ max: 3 }), { freq: 1 }),
    doctor: fc.option(fc.nat({ max: 3 }), { freq: 1 }),
  }),
});

export const rawScenario = fc.record({
  zone: fc.nat({ max: 20 }),
  date: fc.nat({ max: 20 }),
  settings,
  types: fc.array(type, { minLength: 0, maxLength: 3 }),
  doctors: fc.array(doctor, { minLength: 1, maxLength: 3 }),
  bookings: fc.array(booking, { maxLength: 8 }),
  now,
  wishes: fc.array(wish, { minLength: 1, maxLength: 3 }),
  searches: fc.array(search, { minLength: 1, maxLength: 2 }),
  acts: fc.array(act, { minLength: 2, maxLength: 8 }),
});

type Value<A> = A extends fc.Arbitrary<infer T> ? T : never;
export type RawScenario = Value<typeof rawScenario>;
export type RawSettings = Value<typeof settings>;
export type RawType = Value<typeof type>;
export type RawOwn = Value<typeof own>;
export type RawDoctor = Value<typeof doctor>;
export type RawWindow = Value<typeof window>;
export type RawBooking = Value<typeof booking>;
export type RawWish = Value<typeof wish>;
export type RawSearch = Value<typeof search>;
export type RawAct = Value<typeof act>;
