import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Clinic, type DoctorPerson, type Person } from '../support/clinic.js';
import { insertMany } from '../support/many-bookings.js';
import { expectProblem } from '../support/problems.js';

type Listed = { id: number; date: string; time: string; starts_at: string };

const COUNT = 2_345;

let clinic: Clinic;
let doctor: DoctorPerson;
let patient: Person;

beforeAll(async () => {
  clinic = await Clinic.open();
  doctor = await clinic.doctor({ timezone: 'UTC' });
  patient = await clinic.patient();
  await insertMany((sql, parameters) => clinic.query(sql, parameters), {
    patientId: patient.id,
    doctorId: doctor.doctorId,
    count: COUNT,
    first: '2026-03-09 09:00:00',
    everyMinutes: 1_440,
  });
});
afterAll(() => clinic?.close());

const ask = (path: string, { token }: Person) => clinic.client.get<Listed[]>(path, { token });

/** The address that the answer links as its next page. */
function nextOf(headers: Headers): string | undefined {
  const link = headers.get('link');
  if (link === null) return undefined;
  expect(link).toMatch(/^<\/api\/bookings\/(me|doctor)\?[^<> ]+>; rel="next"$/);
  return link.slice(1, link.indexOf('>'));
}

/** The pages from an address on. */
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
])('GET /api/bookings/%s of thousands', (list, who) => {
  test('answers a thousand at most, and links the rest', async () => {
    const all = await pages(`/api/bookings/${list}`, who());
    expect(all.map(({ length }) => length)).toEqual([1_000, 1_000, COUNT - 2_000]);
    const starts = all.flat().map(({ starts_at }) => starts_at);
    expect(new Set(starts).size).toBe(COUNT);
    expect(starts).toEqual([...starts].sort());
  });

  test('links the next page of what was asked for, and no other', async () => {
    const query = 'from=2026-03-11&to=2026-03-15&limit=2&include_cancelled=true';
    const all = await pages(`/api/bookings/${list}?${query}`, who());
    expect(all.map((page) => page.map(({ date }) => date.slice(-2)))).toEqual([
      ['11', '12'],
      ['13', '14'],
      ['15'],
    ]);
  });

  test('links nothing where nothing is left', async () => {
    const { headers, body } = await ask(`/api/bookings/${list}?from=2026-03-14&to=2026-03-15&limit=2`, who());
    expect(body).toHaveLength(2);
    expect(headers.get('link')).toBeNull();
  });
});

test('a page goes on from where its last booking stood, wherever that is moved meanwhile', async () => {
  const { body, headers } = await ask('/api/bookings/me?from=2026-03-16&limit=3', patient);
  const to = { date: '2026-12-04', time: '15:00' };
  const moved = await clinic.client.patch(`/api/bookings/${body[2]!.id}`, to, { token: patient.token });
  expect(moved.status).toBe(200);
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
