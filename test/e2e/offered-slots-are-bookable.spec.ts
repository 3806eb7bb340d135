import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { requestBooking, slotsOf } from '../support/appointments.js';
import { Clinic, type DoctorPerson, type Person, type Week } from '../support/clinic.js';
import { expectRefusal } from '../support/refusals.js';

/** A doctor, dates to try, and the minutes by which the doctor's slots are offset from the quarter hours. */
type Sampled = { doctor: DoctorPerson; dates: string[]; offset: number };

let clinic: Clinic;
let patient: Person;
let sampled: Sampled[];

const everyDay = (...windows: [string, string][]): Week =>
  [0, 1, 2, 3, 4, 5, 6].flatMap((day) => windows.map(([start, end]) => [day, start, end] as const));

beforeAll(async () => {
  // A Saturday, 15 minutes before the clocks go back in Lord Howe.
  clinic = await Clinic.open({ now: '2026-04-04T14:45:00Z' });
  await clinic.liftLimits();
  patient = await clinic.patient();
  const open = (timezone: string, week: Week) => clinic.doctor({ timezone, week });
  sampled = [
    {
      doctor: await open(
        'Europe/Madrid',
        everyDay(['09:00', '12:00'], ['12:00', '13:30'], ['16:00', '18:10']),
      ),
      dates: ['2026-04-04', '2026-04-06', '2026-04-07'],
      offset: 0,
    },
    {
      doctor: await open('Australia/Lord_Howe', everyDay(['00:10', '04:00'], ['20:40', '23:59'])),
      dates: ['2026-04-05', '2026-10-04', '2026-10-05'],
      offset: 10,
    },
    {
      doctor: await open('America/Santiago', everyDay(['00:00', '03:00'], ['21:00', '23:59'])),
      dates: ['2026-04-04', '2026-04-05', '2026-09-06'],
      offset: 0,
    },
    {
      doctor: await open('America/New_York', [
        [0, '00:05', '05:05'],
        [0, '05:05', '06:00'],
      ]),
      dates: ['2026-04-05', '2026-11-01', '2027-03-14'],
      offset: 5,
    },
  ];
  for (const { doctor, dates } of sampled) {
    const [first, second] = [dates.at(-1), dates.at(-2)];
    await clinic.client.post(
      '/api/exceptions',
      { date: first, start_time: '03:20', end_time: '04:05' },
      { token: doctor.token },
    );
    await clinic.client.post(
      '/api/exceptions',
      { date: second, start_time: '22:00', end_time: '22:01' },
      { token: doctor.token },
    );
  }
});
afterAll(() => clinic?.close());

test('for any doctor, date, duration and grid time, POST succeeds exactly when GET offers that time', async () => {
  const outcomes = { offered: 0, refused: 0 };
  const attempt = fc.record({
    which: fc.constantFrom(0, 1, 2, 3),
    day: fc.constantFrom(0, 1, 2),
    quarter: fc.nat(95),
    // Half of the cases pick an offered time, because most quarters of a day are not offered.
    aimed: fc.boolean(),
    duration: fc.oneof(fc.constantFrom(15, 30, 45, 60), fc.integer({ min: 1, max: 480 })),
  });
  await fc.assert(
    fc.asyncProperty(attempt, async ({ which, day, quarter, aimed, duration }) => {
      const { doctor, dates, offset } = sampled[which]!;
      const date = dates[day]!;
      const offered = await slotsOf(clinic, patient, doctor, date, duration);
      const time =
        (aimed ? offered[quarter % offered.length] : undefined) ?? timeOfDay(quarter * 15 + offset);
      const answer = await requestBooking(clinic, patient, doctor, { date, time, duration });
      expect([time, answer.status]).toEqual([time, offered.includes(time) ? 201 : 400]);
      if (answer.status === 400) expectRefusal(answer);
      else expect(await slotsOf(clinic, patient, doctor, date, duration)).not.toContain(time);
      outcomes[answer.status === 201 ? 'offered' : 'refused'] += 1;
    }),
    // Each case changes what the next can book, so fast-check cannot shrink a failing case.
    { numRuns: 150, endOnFailure: true },
  );
  expect(await clinic.overlappingPairs()).toBe(0);
  expect(outcomes.offered).toBeGreaterThan(15);
  expect(outcomes.refused).toBeGreaterThan(15);
});

function timeOfDay(minutes: number): string {
  return [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, '0')).join(':');
}
