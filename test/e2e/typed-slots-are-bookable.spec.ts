import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createType, offerTypes, type TypeJson } from '../support/appointment-types.js';
import { Clinic, type DoctorPerson, type Person, type Week } from '../support/clinic.js';
import { expectRefusal } from '../support/refusals.js';
import { codesOf, request, slotsFor } from '../support/typed-bookings.js';

// The API accepts with a type exactly what it offers with that type.

/** A doctor around a change of the clocks. */
interface Sampled {
  readonly doctor: DoctorPerson;
  readonly dates: readonly string[];
}

let clinic: Clinic;
let patients: Person[];
let types: TypeJson[];
let sampled: Sampled[];

const everyDay = (...windows: [string, string][]): Week =>
  [0, 1, 2, 3, 4, 5, 6].flatMap((day) => windows.map(([start, end]) => [day, start, end] as const));

beforeAll(async () => {
  // A Saturday, 15 minutes before the clocks go back in Lord Howe.
  clinic = await Clinic.open({ now: '2026-04-04T14:45:00Z', env: { RATE_LIMIT_ENABLED: 'false' } });
  await clinic.liftLimits();
  patients = [await clinic.patient(), await clinic.patient()];
  types = [
    await createType(clinic, { duration: 20, slot_step: 10, buffer_before: 10, max_per_day: 4 }),
    await createType(clinic, { duration: 45, buffer_after: 30, min_notice_minutes: 600 }),
    await createType(clinic, { duration: 60, slot_step: 25, buffer_before: 60, buffer_after: 60 }),
  ];
  const own = { type: types[1]!, own: { duration: 50, slot_step: 15, buffer_after: 0 } };
  const open = async (timezone: string, week: Week, dates: readonly string[]): Promise<Sampled> => {
    const doctor = await clinic.doctor({ timezone, week });
    await offerTypes(clinic, doctor, types[0]!, timezone === 'Europe/Madrid' ? own : types[1]!, types[2]!);
    return { doctor, dates };
  };
  sampled = [
    await open('Europe/Madrid', everyDay(['09:00', '12:00'], ['12:00', '13:30'], ['16:00', '18:10']), [
      '2026-04-04',
      '2026-04-06',
      '2026-04-07',
    ]),
    await open('Australia/Lord_Howe', everyDay(['00:10', '04:00'], ['20:40', '24:00']), [
      '2026-04-05',
      '2026-10-04',
      '2026-10-05',
    ]),
    await open('America/Santiago', everyDay(['00:00', '03:00'], ['21:00', '24:00']), [
      '2026-04-04',
      '2026-04-05',
      '2026-09-06',
    ]),
  ];
});
afterAll(() => clinic?.close());

test('for any doctor, type, patient, date and time, POST succeeds exactly when GET offers that time', async () => {
  const outcomes = { offered: 0, refused: 0 };
  const rules = new Set<unknown>();
  const attempt = fc.record({
    which: fc.nat(2),
    day: fc.nat(2),
    type: fc.nat(2),
    who: fc.nat(1),
    twelfth: fc.nat(287),
    aimed: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(attempt, async ({ which, day, type, who, twelfth, aimed }) => {
      const { doctor, dates } = sampled[which]!;
      const asked = { doctor_id: doctor.doctorId, date: dates[day]!, type_id: types[type]!.id };
      const query = Object.entries(asked).map(([name, value]) => `${name}=${value}`);
      const list = () => slotsFor(clinic, patients[who]!, query.join('&'));
      const offered = await list();
      const time = (aimed ? offered[twelfth % offered.length] : undefined) ?? timeOfDay(twelfth * 5);
      const answer = await request(clinic, patients[who]!, { ...asked, time });
      expect([time, answer.status]).toEqual([time, offered.includes(time) ? 201 : 400]);
      if (answer.status === 201) expect(await list()).not.toContain(time);
      else {
        expectRefusal(answer);
        for (const rule of codesOf(answer)) rules.add(rule);
      }
      outcomes[answer.status === 201 ? 'offered' : 'refused'] += 1;
    }),
    // Each case changes what the next can book, so fast-check cannot shrink a failing case.
    { numRuns: 150, endOnFailure: true },
  );
  expect(await clinic.overlappingPairs()).toBe(0);
  expect(outcomes.offered).toBeGreaterThan(15);
  expect(outcomes.refused).toBeGreaterThan(15);
  expect([...rules]).toEqual(expect.arrayContaining(['OFF_GRID', 'TAKEN', 'BUFFER', 'OUTSIDE_AVAILABILITY']));
}, 120_000);

function timeOfDay(minutes: number): string {
  return [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, '0')).join(':');
}
