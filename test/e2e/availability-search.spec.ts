import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createType, offerTypes } from '../support/appointment-types.js';
import { book, slotsOf } from '../support/appointments.js';
import { Clinic, type DoctorPerson, NOW, type Person, type Week } from '../support/clinic.js';
import { found, foundOnPages, search, shown } from '../support/free-times.js';
import { selfOf } from '../support/patients.js';
import { MONDAY, TUESDAY } from '../support/races.js';
import { request } from '../support/typed-bookings.js';

// GET /api/availability/search: starts of any active doctor, earliest first, then by doctor.

const MORNINGS: Week = [1, 2, 3, 4, 5].map((day) => [day, '09:00', '10:00'] as const);

let clinic: Clinic;
let patient: Person;
let staff: Person;
let doctors: DoctorPerson[];
let both: string;

beforeAll(async () => {
  clinic = await Clinic.open({ env: { RATE_LIMIT_ENABLED: 'false' } });
  staff = await clinic.staff();
});
beforeEach(async () => {
  clinic.clock.set(NOW);
  doctors = [await clinic.doctor({ week: MORNINGS }), await clinic.doctor({ week: MORNINGS })];
  patient = await clinic.patient();
  both = `doctor_id=${doctors.map(({ doctorId }) => doctorId).join()}`;
});
afterAll(() => clinic?.close());

const times = async (query: string, who: Person = patient): Promise<string[]> =>
  shown(await found(clinic, query, who), ...doctors);

describe('starts of any active doctor, earliest first, then by doctor', () => {
  test('with date and time on the doctor’s clock, and their instants', async () => {
    expect(await times(`${both}&from=${MONDAY}&to=${MONDAY}`)).toEqual([
      `1 ${MONDAY} 09:00`,
      `2 ${MONDAY} 09:00`,
      `1 ${MONDAY} 09:15`,
      `2 ${MONDAY} 09:15`,
      `1 ${MONDAY} 09:30`,
      `2 ${MONDAY} 09:30`,
    ]);
    const [first] = await found(clinic, `${both}&from=${MONDAY}&duration=45`, patient);
    expect(first).toEqual({
      doctor_id: doctors[0]!.doctorId,
      date: MONDAY,
      time: '09:00',
      starts_at: '2026-03-02T09:00:00+01:00',
      ends_at: '2026-03-02T09:45:00+01:00',
    });
  });

  test('by their instants where doctors are in different zones', async () => {
    // 22:00 in Madrid is 10:00 of the next day in Auckland.
    doctors = [
      await clinic.doctor({ timezone: 'Pacific/Auckland', week: [[2, '09:30', '11:30']] }),
      await clinic.doctor({ week: [[1, '21:30', '22:30']] }),
      await clinic.doctor({ timezone: 'America/Los_Angeles', week: [[1, '12:00', '13:30']] }),
    ];
    const ids = doctors.map(({ doctorId }) => doctorId).join();
    const all = await found(clinic, `doctor_id=${ids}&from=${MONDAY}&to=${TUESDAY}`, patient);
    const instants = all.map(({ starts_at }) => Date.parse(starts_at));
    expect(instants).toEqual([...instants].sort((a, b) => a - b));
    expect(new Set(shown(all, ...doctors).map((time) => time[0]))).toEqual(new Set(['1', '2', '3']));
    const pages = await foundOnPages(
      clinic,
      `doctor_id=${ids}&from=${MONDAY}&to=${TUESDAY}&limit=4`,
      patient,
    );
    expect(pages.flat()).toEqual(all);
  });

  test('each can be booked, and they are the slots of each doctor and date', async () => {
    await book(clinic, await clinic.patient(), doctors[0]!, { date: MONDAY, time: '09:15' });
    const all = await times(`${both}&limit=200&to=2026-03-08`);
    const expected = [];
    for (const [index, doctor] of doctors.entries())
      for (const date of ['2026-03-02', '2026-03-03', '2026-03-04', '2026-03-05', '2026-03-06'])
        for (const time of await slotsOf(clinic, patient, doctor, date))
          expected.push(`${index + 1} ${date} ${time}`);
    expect([...all].sort()).toEqual(expected.sort());
    const [first] = await found(clinic, `${both}&duration=15`, patient);
    const { doctor_id, date, time } = first!;
    expect((await request(clinic, patient, { doctor_id, date, time, duration: 15 })).status).toBe(201);
  });

  test('without doctor_id of all, of one specialty, or of those who offer the type', async () => {
    const type = await createType(clinic);
    await offerTypes(clinic, doctors[1]!, type);
    await clinic.query('UPDATE doctors SET specialty = ? WHERE id = ?', [
      'Dermatology',
      doctors[0]!.doctorId,
    ]);
    const who = async (query: string): Promise<number[]> => {
      const all = await found(clinic, `${query}&from=${MONDAY}&to=${MONDAY}&limit=200`, patient);
      return [...new Set(all.map(({ doctor_id }) => doctor_id))];
    };
    expect(await who('specialty=dermatology')).toEqual([doctors[0]!.doctorId]);
    expect(await who(`type_id=${type.id}`)).toEqual([doctors[1]!.doctorId]);
    expect(await who(`${both}&type_id=${type.id}`)).toEqual([doctors[1]!.doctorId]);
    expect(await who('specialty=Cooking')).toEqual([]);
    expect(await who('')).toEqual(expect.arrayContaining(doctors.map(({ doctorId }) => doctorId)));
    await clinic.query('UPDATE doctors SET active = 0 WHERE id = ?', [doctors[0]!.doctorId]);
    expect(await who(both)).toEqual([doctors[1]!.doctorId]);
    await clinic.query('UPDATE appointment_types SET active = 0 WHERE id = ?', [type.id]);
    expect(await who(`type_id=${type.id}`)).toEqual([]);
  });
});

describe('weekdays as 1,2,5 (0 Sunday), after <= start < before', () => {
  test('narrow what is found', async () => {
    expect(await times(`${both}&weekdays=2,4&after=09:15&before=09:30`)).toEqual([
      `1 ${TUESDAY} 09:15`,
      `2 ${TUESDAY} 09:15`,
      '1 2026-03-05 09:15',
      '2 2026-03-05 09:15',
    ]);
    expect(await times(`${both}&weekdays=0,6`)).toEqual([]);
    expect(await times(`${both}&before=09:00`)).toEqual([]);
    expect(await times(`${both}&weekdays=1&after=09:20`)).toEqual([`1 ${MONDAY} 09:30`, `2 ${MONDAY} 09:30`]);
  });
});

describe('at most 62 days, 50 doctors, 200 on a page', () => {
  const one = (): string => `doctor_id=${doctors[0]!.doctorId}`;

  test('by default the week from today on, 50 on a page', async () => {
    const all = await found(clinic, `${both}&duration=60`, patient);
    expect(all.map(({ date }) => date.slice(8)).join(' ')).toBe('02 02 03 03 04 04 05 05 06 06');
    expect(await found(clinic, `${one()}&duration=1&to=2026-04-30`, patient)).toHaveLength(50);
    expect(await found(clinic, `${one()}&from=2026-03-20&to=2026-03-20`, patient)).toHaveLength(3);
  });

  const BAD: readonly (readonly [query: string, error: string])[] = [
    ['from=2026-03-01&to=2026-05-03', 'to must be at most 62 days after from'],
    ['to=2026-05-04', 'to must be at most 62 days after from'],
    ['from=2026-03-02&to=2026-03-01', 'to must not be before from'],
    ['after=10:00&before=10:00', 'before must be later than after'],
    ['weekdays=7', 'weekdays must be at most 7 whole numbers from 0 to 6, with commas between'],
    ['weekdays=1&weekdays=2', 'weekdays must be at most 7 whole numbers from 0 to 6, with commas between'],
    ['doctor_id=0', 'doctor_id must be at most 50 whole numbers of at least 1, with commas between'],
    ['doctor_id=1,', 'doctor_id must be at most 50 whole numbers of at least 1, with commas between'],
    [
      `doctor_id=${Array.from({ length: 51 }, (_, index) => index + 1).join()}`,
      'doctor_id must be at most 50 whole numbers of at least 1, with commas between',
    ],
    ['limit=201', 'limit must be a whole number from 1 to 200'],
    ['sort=latest', 'sort must be one of: earliest, compact'],
    ['cursor=WzEsMl0', 'cursor must be the cursor of a link to a next page'],
    ['day=monday', 'day is not a known field'],
  ];

  test('what is more, or badly written, is 400', async () => {
    for (const [query, error] of BAD)
      expect(await search(clinic, query, patient)).toMatchObject({
        status: 400,
        body: { code: 'VALIDATION_FAILED', error },
      });
  });

  test('62 days apart are searched', async () => {
    expect(await found(clinic, `${one()}&from=2026-03-01&to=2026-05-02&after=09:30`, patient)).toHaveLength(
      45,
    );
  });

  test('duration beside type_id, and a doctor, a patient or a type that is none, are 400', async () => {
    const { id } = await createType(clinic, { audience: 'staff' });
    const codeOf = async (query: string, who = patient): Promise<unknown> =>
      (await search(clinic, query, who)).body.code;
    expect(await codeOf(`type_id=${id}&duration=30`)).toBe('VALIDATION_FAILED');
    expect(await codeOf('doctor_id=4000000')).toBe('UNKNOWN_DOCTOR');
    expect(await codeOf(`${both}&patient_id=${await selfOf(clinic, await clinic.patient())}`)).toBe(
      'UNKNOWN_PATIENT',
    );
    expect(await codeOf(`${both}&type_id=4000000`)).toBe('UNKNOWN_TYPE');
    expect(await codeOf(`${both}&type_id=${id}`)).toBe('UNKNOWN_TYPE');
    expect((await search(clinic, `${both}&type_id=${id}`, staff)).body).toEqual([]);
  });
});

describe('for the same caller, patient and moment it finds what can be booked', () => {
  test('not where the patient is with another doctor', async () => {
    await book(clinic, patient, doctors[0]!, { date: MONDAY, time: '09:00' });
    const monday = `${both}&from=${MONDAY}&to=${MONDAY}`;
    const patientId = await selfOf(clinic, patient);
    expect(await times(`${monday}&patient_id=${patientId}`)).toEqual([
      `1 ${MONDAY} 09:30`,
      `2 ${MONDAY} 09:30`,
    ]);
    expect(await times(monday)).toContain(`2 ${MONDAY} 09:00`);
  });

  test('nothing for a patient who has as many bookings as one may have; the desk finds more', async () => {
    await clinic.query('UPDATE clinic SET max_live_bookings = 1');
    try {
      await book(clinic, patient, doctors[0]!, { date: MONDAY, time: '09:00' });
      expect(await times(both)).toEqual([]);
      const patientId = await selfOf(clinic, patient);
      expect(await times(`${both}&patient_id=${patientId}`, staff)).not.toEqual([]);
    } finally {
      await clinic.query('UPDATE clinic SET max_live_bookings = 50');
    }
  });

  test('not beyond the horizon, which does not bind the desk', async () => {
    const far = `${both}&from=2027-02-25&to=2027-03-05&duration=60`;
    expect((await times(far)).at(-1)).toBe('2 2027-03-01 09:00');
    expect((await times(far, staff)).at(-1)).toBe('2 2027-03-05 09:00');
  });

  test('type_required asks patients for a type', async () => {
    await clinic.query('UPDATE clinic SET type_required = 1');
    try {
      expect((await search(clinic, both, patient)).body.code).toBe('TYPE_REQUIRED');
      expect((await search(clinic, both, staff)).status).toBe(200);
    } finally {
      await clinic.query('UPDATE clinic SET type_required = 0');
    }
  });

  test('without a token only where public_availability is on; a bad token is refused all the same', async () => {
    for (const path of ['search', 'next']) {
      const ask = (token?: string) => clinic.client.get(`/api/availability/${path}?${both}`, { token });
      expect(await ask()).toMatchObject({ status: 401, body: { code: 'TOKEN_REQUIRED' } });
      await clinic.query('UPDATE clinic SET public_availability = 1');
      expect((await ask()).status).toBe(200);
      expect(await ask('bad')).toMatchObject({ status: 401, body: { code: 'TOKEN_INVALID' } });
      await clinic.query('UPDATE clinic SET public_availability = 0');
    }
  });
});

describe('sort=compact puts first what leaves no gap shorter than the doctor’s shortest type', () => {
  test('then all others, each earliest first, over all pages', async () => {
    const [short, long] = [
      await createType(clinic, { duration: 20, slot_step: 5 }),
      await createType(clinic, { duration: 40, slot_step: 10 }),
    ];
    await offerTypes(clinic, doctors[0]!, short, long);
    const query = `doctor_id=${doctors[0]!.doctorId}&type_id=${long.id}&from=${MONDAY}&to=${TUESDAY}&sort=compact`;
    const expected = [
      `1 ${MONDAY} 09:00`,
      `1 ${MONDAY} 09:20`,
      `1 ${TUESDAY} 09:00`,
      `1 ${TUESDAY} 09:20`,
      `1 ${MONDAY} 09:10`,
      `1 ${TUESDAY} 09:10`,
    ];
    expect(await times(query)).toEqual(expected);
    for (const limit of [1, 2, 3, 4, 5]) {
      const pages = await foundOnPages(clinic, `${query}&limit=${limit}`, patient);
      expect(shown(pages.flat(), ...doctors)).toEqual(expected);
    }
  });
});

describe('a cursor holds the position itself', () => {
  test('what is booked or freed meanwhile makes no page skip or repeat anything else', async () => {
    const query = `${both}&from=${MONDAY}&to=${MONDAY}`;
    const first = await search<[]>(clinic, `${query}&limit=3`, patient);
    expect(shown(first.body, ...doctors).at(-1)).toBe(`1 ${MONDAY} 09:15`);
    // What was the first item is taken, and the page's last one too.
    await book(clinic, await clinic.patient(), doctors[0]!, { date: MONDAY, time: '09:00', duration: 30 });
    const [, next] = /\?([^>]+)>/.exec(first.headers.get('link')!)!;
    expect(await times(next!)).toEqual([`2 ${MONDAY} 09:15`, `1 ${MONDAY} 09:30`, `2 ${MONDAY} 09:30`]);
  });
});
