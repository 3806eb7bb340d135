import { Redis } from 'ioredis';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { book, type BookingJson } from '../support/appointments.js';
import { Clinic, type DoctorPerson, type Person, type Week } from '../support/clinic.js';
import { cancel, reschedule } from '../support/races.js';

// The next page begins where the last page ended, even if its last booking has been rescheduled since.

const ALL_WEEK: Week = [0, 1, 2, 3, 4, 5, 6].map((day) => [day, '00:00', '24:00'] as const);
const COUNT = 8;

let clinic: Clinic;
let doctors: readonly DoctorPerson[];

beforeAll(async () => {
  clinic = await Clinic.open({ env: { RATE_LIMIT_ENABLED: 'false' } });
  doctors = await Promise.all(
    ['Asia/Tokyo', 'America/Los_Angeles'].map((timezone) => clinic.doctor({ timezone, week: ALL_WEEK })),
  );
});
afterAll(() => clinic?.close());

/** Makes bookings on consecutive dates, alternating between the two doctors. */
async function createBookings(patient: Person, month: number): Promise<BookingJson[]> {
  const bookings = [];
  for (let index = 0; index < COUNT; index += 1) {
    const date = `2026-${String(month).padStart(2, '0')}-${String(10 + index)}`;
    bookings.push(await book(clinic, patient, doctors[index % 2]!, { date, time: '12:00' }));
  }
  return bookings;
}

async function page(person: Person, list: string, query: string): Promise<BookingJson[]> {
  const { status, body } = await clinic.client.get<BookingJson[]>(`/api/bookings/${list}?${query}`, person);
  expect(status).toBe(200);
  return body;
}

const ids = (bookings: readonly { id: number }[]): number[] => bookings.map(({ id }) => id);

test.each(['me', 'doctor'])(
  'GET /api/bookings/%s continues after a booking that was rescheduled to the end of the list',
  async (list) => {
    const [patient, doctor] = [await clinic.patient(), await clinic.doctor({ week: ALL_WEEK })];
    const person = list === 'me' ? patient : doctor;
    const bookings = [];
    for (const date of ['2026-03-10', '2026-03-11', '2026-03-12']) {
      bookings.push(await book(clinic, patient, doctor, { date, time: '12:00' }));
    }
    const [first, second, third] = ids(bookings);
    expect(ids(await page(person, list, 'limit=1'))).toEqual([first]);
    await reschedule(clinic, patient, first!, { date: '2026-03-20' });
    expect(ids(await page(person, list, `limit=1&after=${first}`))).toEqual([second]);
    expect(ids(await page(person, list, `after=${first}`))).toEqual([second, third, first]);
    await reschedule(clinic, patient, second!, { date: '2026-03-02' });
    expect(ids(await page(person, list, `limit=1&after=${second}`))).toEqual([third]);
  },
);

test('the same page, read again after the reschedule, continues from the booking’s new place', async () => {
  const patient = await clinic.patient();
  const [first, second] = await createBookings(patient, 4);
  await page(patient, 'me', 'limit=1');
  await reschedule(clinic, patient, first!.id, { date: '2026-04-28' });
  expect(ids(await page(patient, 'me', 'limit=1'))).toEqual([second!.id]);
  expect(ids(await page(patient, 'me', `limit=${COUNT}`)).at(-1)).toBe(first!.id);
  expect(ids(await page(patient, 'me', `after=${first!.id}`))).toEqual([]);
});

test('one account’s pages give another account no place to continue from', async () => {
  const patient = await clinic.patient();
  const [first] = await createBookings(patient, 5);
  await page(patient, 'me', 'limit=1');
  const { status } = await clinic.client.get(`/api/bookings/me?after=${first!.id}`, await clinic.patient());
  expect(status).toBe(400);
});

test('if Redis lost its data, the next page begins after the present place of the last booking', async () => {
  const patient = await clinic.patient();
  const bookings = await createBookings(patient, 6);
  await page(patient, 'me', 'limit=2');
  const redis = new Redis(clinic.environment.REDIS_URL);
  await redis.flushdb();
  redis.disconnect();
  expect(ids(await page(patient, 'me', `after=${bookings[1]!.id}`))).toEqual(ids(bookings.slice(2)));
});

/** A walk over pages of a size. Before each page after the first, a booking may be rescheduled or cancelled. */
const WALK = fc.record({
  size: fc.integer({ min: 1, max: 3 }),
  changes: fc.array(
    fc.option(
      fc.record({
        which: fc.oneof(fc.constant('last seen' as const), fc.nat(COUNT - 1)),
        what: fc.oneof(fc.constant('cancel' as const), fc.integer({ min: 1, max: 28 })),
      }),
    ),
    { maxLength: COUNT },
  ),
});

test('paging while bookings are rescheduled or cancelled neither skips nor repeats the other bookings', async () => {
  await fc.assert(
    fc.asyncProperty(WALK, async ({ size, changes }) => {
      const patient = await clinic.patient();
      const all = await createBookings(patient, 9);
      const untouched = new Set(ids(all));
      const seen: number[] = [];
      try {
        let current = await page(patient, 'me', `limit=${size}`);
        for (let turn = 0; current.length > 0 && turn < 4 * COUNT; turn += 1) {
          seen.push(...ids(current));
          const last = seen.at(-1)!;
          const change = changes[turn];
          if (change) {
            const id = change.which === 'last seen' ? last : all[change.which]!.id;
            untouched.delete(id);
            if (change.what === 'cancel') await cancel(clinic, patient, id);
            else {
              const date = `2026-09-${String(change.what).padStart(2, '0')}`;
              await reschedule(clinic, patient, id, {
                date,
                time: `${String(turn % 24).padStart(2, '0')}:30`,
              });
            }
          }
          current = await page(patient, 'me', `limit=${size}&after=${last}`);
        }
        expect(current).toEqual([]);
        const expected = ids(all).filter((id) => untouched.has(id));
        expect(seen.filter((id) => untouched.has(id))).toEqual(expected);
      } finally {
        for (const id of ids(all)) await cancel(clinic, patient, id);
      }
    }),
    { numRuns: 15 },
  );
}, 120_000);
