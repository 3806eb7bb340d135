import { Redis } from 'ioredis';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { book, type BookingJson } from '../support/appointments.js';
import { Clinic, type DoctorPerson, type Person, type Week } from '../support/clinic.js';
import { cancel, move } from '../support/races.js';

// A page's end is where it was, wherever its last booking stands by now.

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

/** Each booking on a date of its own; every second one is with the other doctor. */
async function someBookings(patient: Person, month: number): Promise<BookingJson[]> {
  const bookings = [];
  for (let index = 0; index < COUNT; index += 1) {
    const date = `2026-${String(month).padStart(2, '0')}-${String(10 + index)}`;
    bookings.push(await book(clinic, patient, doctors[index % 2]!, { date, time: '12:00' }));
  }
  return bookings;
}

async function page(who: Person, list: string, query: string): Promise<BookingJson[]> {
  const { status, body } = await clinic.client.get<BookingJson[]>(`/api/bookings/${list}?${query}`, who);
  expect(status).toBe(200);
  return body;
}

const ids = (bookings: readonly { id: number }[]): number[] => bookings.map(({ id }) => id);

test.each(['me', 'doctor'])(
  'GET /api/bookings/%s goes on after a booking that moved to the end',
  async (list) => {
    const [patient, doctor] = [await clinic.patient(), await clinic.doctor({ week: ALL_WEEK })];
    const who = list === 'me' ? patient : doctor;
    const bookings = [];
    for (const date of ['2026-03-10', '2026-03-11', '2026-03-12']) {
      bookings.push(await book(clinic, patient, doctor, { date, time: '12:00' }));
    }
    const [first, second, third] = ids(bookings);
    expect(ids(await page(who, list, 'limit=1'))).toEqual([first]);
    await move(clinic, patient, first!, { date: '2026-03-20' });
    expect(ids(await page(who, list, `limit=1&after=${first}`))).toEqual([second]);
    expect(ids(await page(who, list, `after=${first}`))).toEqual([second, third, first]);
    await move(clinic, patient, second!, { date: '2026-03-02' });
    expect(ids(await page(who, list, `limit=1&after=${second}`))).toEqual([third]);
  },
);

test('the same page, made again after the move, ends where the booking stands now', async () => {
  const patient = await clinic.patient();
  const [first, second] = await someBookings(patient, 4);
  await page(patient, 'me', 'limit=1');
  await move(clinic, patient, first!.id, { date: '2026-04-28' });
  expect(ids(await page(patient, 'me', 'limit=1'))).toEqual([second!.id]);
  expect(ids(await page(patient, 'me', `limit=${COUNT}`)).at(-1)).toBe(first!.id);
  expect(ids(await page(patient, 'me', `after=${first!.id}`))).toEqual([]);
});

test('one account’s pages end nowhere for another', async () => {
  const patient = await clinic.patient();
  const [first] = await someBookings(patient, 5);
  await page(patient, 'me', 'limit=1');
  const { status } = await clinic.client.get(`/api/bookings/me?after=${first!.id}`, await clinic.patient());
  expect(status).toBe(400);
});

test('without what Redis remembered, a page goes on from where its last booking stands', async () => {
  const patient = await clinic.patient();
  const bookings = await someBookings(patient, 6);
  await page(patient, 'me', 'limit=2');
  const redis = new Redis(clinic.environment.REDIS_URL);
  await redis.flushdb();
  redis.disconnect();
  expect(ids(await page(patient, 'me', `after=${bookings[1]!.id}`))).toEqual(ids(bookings.slice(2)));
});

/** A walk over pages of a size; before each page after the first, some of the bookings move or go. */
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

test('walking pages while bookings move never loses or repeats one that did not move', async () => {
  await fc.assert(
    fc.asyncProperty(WALK, async ({ size, changes }) => {
      const patient = await clinic.patient();
      const all = await someBookings(patient, 9);
      const untouched = new Set(ids(all));
      const seen: number[] = [];
      try {
        let round = await page(patient, 'me', `limit=${size}`);
        for (let turn = 0; round.length > 0 && turn < 4 * COUNT; turn += 1) {
          seen.push(...ids(round));
          const last = seen.at(-1)!;
          const change = changes[turn];
          if (change) {
            const id = change.which === 'last seen' ? last : all[change.which]!.id;
            untouched.delete(id);
            if (change.what === 'cancel') await cancel(clinic, patient, id);
            else {
              const date = `2026-09-${String(change.what).padStart(2, '0')}`;
              await move(clinic, patient, id, { date, time: `${String(turn % 24).padStart(2, '0')}:30` });
            }
          }
          round = await page(patient, 'me', `limit=${size}&after=${last}`);
        }
        expect(round).toEqual([]);
        const kept = ids(all).filter((id) => untouched.has(id));
        expect(seen.filter((id) => untouched.has(id))).toEqual(kept);
      } finally {
        for (const id of ids(all)) await cancel(clinic, patient, id);
      }
    }),
    { numRuns: 15 },
  );
}, 120_000);
