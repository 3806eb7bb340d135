import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Clinic, type DoctorPerson, type Person } from '../support/clinic.js';
import { insertManyBookings } from '../support/many-bookings.js';
import { expectProblem } from '../support/problems.js';

type Listed = { id: number; date: string; time: string; starts_at: string };

const BOOKING_COUNT = 2_345;

let clinic: Clinic;
let doctor: DoctorPerson;
let patient: Person;

beforeAll(async () => {
  clinic = await Clinic.open();
  await clinic.liftLimits();
  doctor = await clinic.doctor({ timezone: 'UTC' });
  patient = await clinic.patient();
  await insertManyBookings((sql, parameters) => clinic.query(sql, parameters), {
    patientId: patient.id,
    doctorId: doctor.doctorId,
    count: BOOKING_COUNT,
    first: '2026-03-09 09:00:00',
    everyMinutes: 1_440,
  });
});
afterAll(() => clinic?.close());

const ask = (path: string, { token }: Person) => clinic.client.get<Listed[]>(path, { token });

/** The URL of the next page, from the Link header. */
function nextOf(headers: Headers): string | undefined {
  const link = headers.get('link');
  if (link === null) return undefined;
  expect(link).toMatch(/^<\/api\/bookings\/(me|doctor)\?[^<> ]+>; rel="next"$/);
  return link.slice(1, link.indexOf('>'));
}

/** All pages, beginning with `path`. */
async function pages(path: string, person: Person): Promise<Listed[][]> {
  const found: Listed[][] = [];
  for (let next: string | undefined = path; next !== undefined;) {
    const { status, body, headers } = await ask(next, person);
    expect(status).toBe(200);
    found.push(body);
    next = nextOf(headers);
  }
  return found;
}

describe.each<[string, () => Person]>([
  ['me', () => patient],
  ['doctor', () => doctor],
])('GET /api/bookings/%s with thousands of bookings', (list, person) => {
  test('answers at most a thousand, and links the rest', async () => {
    const all = await pages(`/api/bookings/${list}`, person());
    expect(all.map(({ length }) => length)).toEqual([1_000, 1_000, BOOKING_COUNT - 2_000]);
    const starts = all.flat().map(({ starts_at }) => starts_at);
    expect(new Set(starts).size).toBe(BOOKING_COUNT);
    expect(starts).toEqual([...starts].sort());
  });

  test('keeps the query’s filters in the link to the next page', async () => {
    const query = 'from=2026-03-11&to=2026-03-15&limit=2&include_cancelled=true';
    const all = await pages(`/api/bookings/${list}?${query}`, person());
    expect(all.map((page) => page.map(({ date }) => date.slice(-2)))).toEqual([
      ['11', '12'],
      ['13', '14'],
      ['15'],
    ]);
  });

  test('has no link on the last page', async () => {
    const { headers, body } = await ask(
      `/api/bookings/${list}?from=2026-03-14&to=2026-03-15&limit=2`,
      person(),
    );
    expect(body).toHaveLength(2);
    expect(headers.get('link')).toBeNull();
  });
});

test('the next page begins where the last booking was listed, even if that booking is rescheduled meanwhile', async () => {
  const { body, headers } = await ask('/api/bookings/me?from=2026-03-16&limit=3', patient);
  const to = { date: '2026-12-04', time: '15:00' };
  const rescheduled = await clinic.client.patch(`/api/bookings/${body[2]!.id}`, to, { token: patient.token });
  expect(rescheduled.status).toBe(200);
  const [next] = await pages(nextOf(headers)!, patient);
  expect(next!.map(({ date }) => date)).toEqual(['2026-03-19', '2026-03-20', '2026-03-21']);
});

test.each([
  '2026-03-09',
  '2026-03-09T09:00',
  '2026-03-09T24:00:00Z',
  '2026-02-30T09:00:00Z',
  '2026-03-09T09:00:00',
  "2026-03-09'09:00:00Z",
  '2026-03-09T09:00:60Z',
])('after_start=%s is refused', async (start) => {
  const answer = await ask(`/api/bookings/me?after=1&after_start=${start}`, patient);
  expectProblem(answer, { status: 400, code: 'VALIDATION_FAILED' });
});
