import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Answer } from '../support/client.js';
import { Clinic, type DoctorPerson, type Person } from '../support/clinic.js';
import { Document } from '../support/openapi.js';
import { bookFor, selfOf } from '../support/patients.js';

// A client that follows `Link: rel="next"` to the end reads everything, each once.

const THREE = ['2026-03-02', '2026-03-03', '2026-03-04'];

let clinic: Clinic;
let staff: Person;
let patient: Person;
let doctor: DoctorPerson;
let bookingId: number;

beforeAll(async () => {
  clinic = await Clinic.open({ env: { RATE_LIMIT_ENABLED: 'false' } });
  [staff, patient, doctor] = [await clinic.staff(), await clinic.patient(), await clinic.doctor()];
  const self = await selfOf(clinic, patient);
  for (const date of THREE) {
    ({ id: bookingId } = await bookFor(clinic, staff, self, doctor, { date, time: '09:00' }));
    const blocked = { date, start_time: '15:00', end_time: '16:00' };
    await clinic.client.post('/api/exceptions', blocked, doctor);
  }
  for (const note of ['one', 'two']) await clinic.client.patch(`/api/bookings/${bookingId}`, { note }, staff);
});

afterAll(() => clinic?.close());

/** Each operation with pages, and a request for a list of three. */
const LISTS: Readonly<Record<string, () => { path: string; person: Person }>> = {
  'GET /api/bookings': () => ({ path: '/api/bookings?from=2026-03-02&to=2026-03-04', person: staff }),
  'GET /api/bookings/me': () => ({ path: '/api/bookings/me?', person: patient }),
  'GET /api/bookings/doctor': () => ({ path: '/api/bookings/doctor?', person: doctor }),
  'GET /api/bookings/{id}/events': () => ({ path: `/api/bookings/${bookingId}/events?`, person: staff }),
  'GET /api/availability/search': () => ({
    path: `/api/availability/search?doctor_id=${doctor.doctorId}&from=2026-03-05&to=2026-03-05&after=12:00&before=12:45`,
    person: patient,
  }),
  'GET /api/exceptions': () => ({ path: `/api/exceptions?doctor_id=${doctor.doctorId}`, person: staff }),
};
/** Its pages have a thousand, which `exceptions.spec.ts` reads. */
const LONG_PAGES = 'GET /api/exceptions/me';

test('every operation with a link to the next page is tested here', async () => {
  const { operations } = await Document.of(clinic.client);
  const paged = operations.filter(({ responses }) => 'Link' in (responses[200]?.headers ?? {}));
  expect(paged.map(({ name }) => name).sort()).toEqual([...Object.keys(LISTS), LONG_PAGES].sort());
});

test.each(Object.entries(LISTS))('%s: the links lead through all of it', async (_, list) => {
  const { path, person } = list();
  const all = await clinic.client.get<object[]>(path, person);
  expect(all.body).toHaveLength(3);
  const seen: object[] = [];
  let next: string | undefined = `${path}&limit=1`;
  for (let pages = 0; next !== undefined && pages < 5; pages += 1) {
    const page: Answer<object[]> = await clinic.client.get<object[]>(next, person);
    expect(page.status).toBe(200);
    seen.push(...page.body);
    next = /^<(\/api\/[^<> ]+)>; rel="next"$/.exec(page.headers.get('link') ?? '')?.[1];
  }
  expect(seen).toEqual(all.body);
});
