import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dateAfter } from './calendar.js';
import { PAPER_CAST } from './cast.js';
import { Counts } from './counts.js';
import { examine } from './examine.js';
import { type Fault, PaperService } from './paper-service.js';
import type {
  ClinicPlan,
  PlannedBooking,
  PlannedDoctor,
  PlannedSettings,
  PlannedType,
  PlannedWindow,
} from './plan.js';
import { rawScenario } from './raw-scenario.js';
import type { SearchWish } from './reference-search.js';
import type { Search } from './service.js';

const SEED = 20261129;

async function run(fault: Fault, runs: number): Promise<{ failed: boolean; error: unknown; counts: Counts }> {
  const counts = new Counts();
  const property = fc.asyncProperty(rawScenario, (raw) =>
    examine(raw, { service: new PaperService(fault), cast: PAPER_CAST, counts, timesPerWish: 24 }),
  );
  const { failed, errorInstance } = await fc.check(property, {
    numRuns: runs,
    seed: SEED,
    endOnFailure: true,
  });
  return { failed, error: errorInstance, counts };
}

const settings = (change: (settings: PlannedSettings) => Partial<PlannedSettings>) => (plan: ClinicPlan) => ({
  ...plan,
  settings: { ...plan.settings, ...change(plan.settings) },
});
const types = (change: (type: PlannedType) => Partial<PlannedType>) => (plan: ClinicPlan) => ({
  ...plan,
  types: plan.types.map((type) => ({ ...type, ...change(type) })),
});
const bookings = (change: (booking: PlannedBooking) => Partial<PlannedBooking>) => (plan: ClinicPlan) => ({
  ...plan,
  bookings: plan.bookings.map((booking) => ({ ...booking, ...change(booking) })),
});
const doctors = (change: (doctor: PlannedDoctor) => Partial<PlannedDoctor>) => (plan: ClinicPlan) => ({
  ...plan,
  doctors: plan.doctors.map((doctor) => ({ ...doctor, ...change(doctor) })),
});
const windows = (change: (window: PlannedWindow) => Partial<PlannedWindow>) =>
  doctors(({ windows: all }) => ({ windows: all.map((window) => ({ ...window, ...change(window) })) }));
const at = (moment: (now: number) => number) => (plan: ClinicPlan) => ({ ...plan, now: moment(plan.now) });
const more = (value: number | null): number | null => (value === null ? null : value + 1);

const filtering = (change: (wish: SearchWish) => Partial<SearchWish>) => (search: Search) => ({
  ...search,
  wish: { ...search.wish, ...change(search.wish) },
});

const FAULTS: readonly (readonly [string, Fault])[] = [
  ['lists the last slot no longer', { slots: (times) => times.slice(0, -1) }],
  ['names only the first violation', { violations: (rules) => rules.slice(0, 1) }],
  ['names violations in another order', { violations: (rules) => [...rules].reverse() }],
  [
    'lets a cancelled booking take its time',
    { plan: bookings(({ status }) => ({ status: status === 'cancelled' ? 'noshow' : status })) },
  ],
  [
    'gives the time of a noshow away',
    { plan: bookings(({ status }) => ({ status: status === 'noshow' ? 'cancelled' : status })) },
  ],
  ['forgets buffers of stored bookings', { plan: bookings(() => ({ bufferAfter: 0 })) }],
  ['adds buffers up', { plan: bookings(({ bufferBefore }) => ({ bufferBefore: bufferBefore * 2 })) }],
  ['forgets the buffer before of types', { plan: types(() => ({ bufferBefore: 0 })) }],
  ['stores no buffers', { stored: (booking) => ({ ...booking, bufferBefore: 0, bufferAfter: 0 }) }],
  ['stores no type', { stored: (booking) => ({ ...booking, typeId: null }) }],
  ['takes the duration for the grid', { plan: types(() => ({ slotStepMinutes: null })) }],
  [
    'ignores what a doctor has as own values',
    {
      plan: doctors(({ offers }) => ({
        offers: offers.map(({ typeId, own }) => ({ typeId, own: { ...own, durationMinutes: null } })),
      })),
    },
  ],
  [
    'takes one more than the cap of a day',
    { plan: types(({ maxPerDay }) => ({ maxPerDay: more(maxPerDay) })) },
  ],
  [
    'takes one more than the limit of a patient',
    { plan: settings(({ maxLiveBookings }) => ({ maxLiveBookings: more(maxLiveBookings) })) },
  ],
  [
    'takes one more than the limit of a type',
    { plan: types(({ maxLiveBookings }) => ({ maxLiveBookings: more(maxLiveBookings) })) },
  ],
  ['looks a day too far', { plan: settings(({ horizonDays }) => ({ horizonDays: more(horizonDays) })) }],
  [
    'asks for a minute less of notice',
    {
      plan: settings(({ minNoticeMinutes }) => ({
        minNoticeMinutes: minNoticeMinutes === null ? null : minNoticeMinutes - 1,
      })),
    },
  ],
  [
    'lets patients cancel a minute too late',
    {
      plan: settings(({ cancelCutoffMinutes }) => ({
        cancelCutoffMinutes: cancelCutoffMinutes === null ? null : cancelCutoffMinutes - 1,
      })),
    },
  ],
  ['is a millisecond behind', { plan: at((now) => now - 1) }],
  ['is a millisecond ahead', { plan: at((now) => now + 1) }],
  ['forgets that one person is in one place', { plan: settings(() => ({ onePlaceAtATime: false })) }],
  ['never forgets it', { plan: settings(() => ({ onePlaceAtATime: true })) }],
  ['lists to visitors', { plan: settings(() => ({ publicAvailability: true })) }],
  ['asks nobody for a type', { plan: settings(() => ({ typeRequired: false })) }],
  ['shows types of the staff to patients', { plan: types(() => ({ audience: 'patients' as const })) }],
  ['books inactive types', { plan: types(() => ({ isActive: true })) }],
  ['books inactive doctors', { plan: doctors(() => ({ isActive: true })) }],
  ['has no exceptions', { plan: doctors(() => ({ exceptions: [] })) }],
  ['opens windows before their first date', { plan: windows(() => ({ validFrom: null })) }],
  ['keeps windows open after their last date', { plan: windows(() => ({ validUntil: null })) }],
  ['opens windows of some types for all', { plan: windows(() => ({ typeIds: null })) }],
  ['ends windows a minute late', { plan: windows(({ end }) => ({ end: Math.min(end + 1, 1440) })) }],
  [
    'keeps touching windows apart',
    { plan: windows(({ start, end }) => ({ end: end - start > 1 ? end - 1 : end })) },
  ],
  ['takes every doctor to be in Madrid', { plan: doctors(() => ({ timezone: 'Europe/Madrid' })) }],
  [
    'forgets who has accepted a patient',
    {
      plan: (plan) => ({
        ...plan,
        patients: plan.patients.map((patient) => ({ ...patient, guardianIds: [] })),
      }),
    },
  ],
  [
    'counts bookings that have ended',
    { plan: bookings(({ status }) => ({ status: status === 'fulfilled' ? 'arrived' : status })) },
  ],
  ['leaves out a start that it found', { found: (starts) => starts.slice(1) }],
  [
    'lists by doctor, then by time',
    { found: (starts) => [...starts].sort((a, b) => a.doctorId - b.doctorId || a.startsAt - b.startsAt) },
  ],
  ['pages by number', { isPagedByNumber: true }],
  ['sorts a compact search like others', { search: (search) => ({ ...search, isCompact: false }) }],
  ['ignores the weekdays', { search: filtering(() => ({ weekdays: undefined })) }],
  ['ignores the first hour', { search: filtering(() => ({ after: undefined })) }],
  [
    'finds starts at the last hour',
    { search: filtering(({ before }) => ({ before: before && before + 1 })) },
  ],
  ['ignores the specialty', { search: filtering(() => ({ specialty: undefined })) }],
  [
    'ends a search a day too late',
    { search: filtering(({ to }) => ({ to: to === undefined ? to : dateAfter(to, 1) })) },
  ],
  ['finds one start too few', { next: ({ items, reason }) => ({ items: items.slice(1), reason }) }],
  [
    'says that all is full where there are no windows',
    { next: ({ items, reason }) => ({ items, reason: reason === null ? null : 'FULL' }) },
  ],
  [
    'says that there are no windows where all is full',
    { next: ({ items, reason }) => ({ items, reason: reason === null ? null : 'NO_WINDOWS' }) },
  ],
  ['explains that all can be booked', { explained: (answer) => ({ ...answer, bookable: true }) }],
  [
    'explains only the first rule that stands',
    {
      explained: ({ rules, ...answer }) => {
        const first = rules.findIndex(({ holds }) => !holds);
        return { ...answer, rules: rules.map((each, at) => ({ ...each, holds: at !== first })) };
      },
    },
  ],
  ['explains without later starts', { explained: (answer) => ({ ...answer, next: [] }) }],
  ['gives any doctor, of whatever specialty', { wishForAny: (wish) => ({ ...wish, specialty: undefined }) }],
  [
    'gives the doctor with the lowest id, busy or not',
    { planForAny: bookings(({ date }) => ({ date: dateAfter(date, 3) })) },
  ],
  ['gives inactive doctors', { planForAny: doctors(() => ({ isActive: true })) }],
];

describe('the comparison', () => {
  test.each(FAULTS)('finds a service that %s', { timeout: 120_000 }, async (_, fault) => {
    const { failed, error } = await run(fault, 1500);
    expect(failed && (error as Error).name).toBe('Disagreement');
  });

  test('accepts a service that does as the model, and meets every rule', { timeout: 240_000 }, async () => {
    const { failed, error, counts } = await run({}, 300);
    expect(error).toBeNull();
    expect(failed).toBe(false);
    expect(counts.unseen).toEqual([]);
    expect(counts.bookings).toBeGreaterThan(100);
    expect(counts.overrides).toBeGreaterThan(5);
    expect(counts.reschedules).toBeGreaterThan(30);
    expect(counts.cancellations).toBeGreaterThan(100);
    expect(counts.bookingsWithAny).toBeGreaterThan(20);
    expect(counts.startsFound).toBeGreaterThan(1000);
    expect(counts.byCode.get('NO_DOCTOR_FREE')).toBeGreaterThan(5);
  });
});
