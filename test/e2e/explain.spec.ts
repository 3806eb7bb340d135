import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { RULE_CODES } from '../../src/availability/rules/rules-in-order.js';
import { createType, offerTypes } from '../support/appointment-types.js';
import { eventsDuring } from '../support/audit-events.js';
import type { Answer, Json } from '../support/client.js';
import { Clinic, type DoctorPerson, NOW, type Person } from '../support/clinic.js';
import { bookFor, insertPatient, selfOf } from '../support/patients.js';
import { MONDAY } from '../support/races.js';
import { request } from '../support/typed-bookings.js';

// The sentences of the contract about GET /api/availability/explain.

interface Explained {
  readonly bookable: boolean;
  readonly rules: readonly {
    readonly rule: string;
    readonly holds: boolean;
    readonly message: string | null;
  }[];
  readonly next: readonly {
    readonly doctor_id: number;
    readonly date: string;
    readonly time: string;
    readonly starts_at: string;
  }[];
  readonly in_the_way?: {
    readonly bookings: readonly (Json & { readonly patient: Json })[];
    readonly windows: readonly Json[];
    readonly exceptions: readonly Json[];
  };
}

let clinic: Clinic;
let staff: Person;
let doctor: DoctorPerson;
let patient: Person;

beforeAll(async () => {
  clinic = await Clinic.open({ env: { RATE_LIMIT_ENABLED: 'false' } });
  staff = await clinic.staff();
});
beforeEach(async () => {
  clinic.clock.set(NOW);
  doctor = await clinic.doctor();
  patient = await clinic.patient();
});
afterAll(() => clinic?.close());

type Wish = Readonly<Record<string, string | number>>;

const wishOf = (fields: Wish): Wish => ({ doctor_id: doctor.doctorId, date: MONDAY, ...fields });

function ask(fields: Wish, who: Person = patient): Promise<Answer<Explained & Json>> {
  const query = Object.entries(wishOf(fields)).map(([name, value]) => `${name}=${value}`);
  return clinic.client.get(`/api/availability/explain?${query.join('&')}`, who);
}

async function explain(fields: Wish, who: Person = patient): Promise<Explained> {
  const { status, body } = await ask(fields, who);
  if (status !== 200) throw new Error(`not explained: ${status} ${JSON.stringify(body)}`);
  return body;
}

const broken = ({ rules }: Explained): string[] =>
  rules.filter(({ holds }) => !holds).map(({ rule }) => rule);
const starts = ({ next }: Explained): string[] => next.map(({ date, time }) => `${date} ${time}`);
const book = (fields: Wish, who: Person = patient): Promise<Answer<Json>> =>
  request(clinic, who, wishOf(fields));

async function offered(values: Parameters<typeof createType>[1] = {}): Promise<number> {
  const type = await createType(clinic, values);
  await offerTypes(clinic, doctor, type);
  return type.id;
}

test('all rules are named in their order, with a sentence for each that does not hold', async () => {
  await book({ time: '10:00' }, await clinic.patient());
  const explained = await explain({ time: '10:15' });
  expect(explained.bookable).toBe(false);
  expect(explained.rules.map(({ rule }) => rule)).toEqual(RULE_CODES);
  expect(explained.rules.filter(({ message }) => message !== null)).toEqual([
    {
      rule: 'TAKEN',
      holds: false,
      message: `10:15 on ${MONDAY} is already taken. Choose one of the available slots.`,
    },
  ]);
});

describe('bookable is true exactly when POST succeeds, and its rules are those of the refusal', () => {
  const shuffled = ['08:30', '09:00', '09:10', '11:30', '12:00', '12:45', '13:10', '16:30', '16:45', '23:30'];

  test.each([
    ['without a type', () => Promise.resolve({})],
    ['with a length', () => Promise.resolve({ duration: 60 })],
    [
      'with a type',
      async () => ({ type_id: await offered({ duration: 45, buffer_after: 20, max_per_day: 3 }) }),
    ],
    ['with a notice', async () => ({ type_id: await offered({ min_notice_minutes: 1_380 }) })],
    ['with a type that is not offered', async () => ({ type_id: (await createType(clinic)).id })],
  ] as const)('%s', async (_, prepare) => {
    const fields = await prepare();
    await clinic.client.post(
      '/api/exceptions',
      { date: MONDAY, is_full_day: false, start_time: '12:00', end_time: '13:00' },
      doctor,
    );
    await book({ time: '11:00', duration: 20 }, await clinic.patient());
    for (const who of [patient, staff]) {
      const patient_id = who === staff ? await insertPatient(clinic) : await selfOf(clinic, patient);
      for (const time of shuffled) {
        const wish = { ...fields, time, patient_id };
        const explained = await explain(wish, who);
        const { status, body } = await book(wish, who);
        expect([time, explained.bookable]).toEqual([time, status === 201]);
        const violations = (body.violations ?? []) as { rule: string; message: string }[];
        const sentences = violations.map(({ rule, message }) => ({ rule, holds: false, message }));
        expect(explained.rules.filter(({ holds }) => !holds)).toEqual(sentences);
        if (status === 201)
          await clinic.client.post(`/api/bookings/${body.id}/cancel`, { reason: 'test' }, staff);
      }
    }
  });

  test('for a time that the clocks skip, with the starts after it', async () => {
    clinic.clock.set('2026-03-27T10:00:00Z');
    await clinic.query('DELETE FROM availability_windows WHERE doctor_id = ?', [doctor.doctorId]);
    const window = { day_of_week: 0, start_time: '01:00', end_time: '04:00' };
    await clinic.client.post('/api/availability', window, doctor);
    const explained = await explain({ date: '2026-03-29', time: '02:30' });
    expect([explained.bookable, ...broken(explained)]).toEqual([false, 'NO_SUCH_TIME']);
    expect(starts(explained)).toEqual(['2026-03-29 03:00', '2026-03-29 03:15', '2026-03-29 03:30']);
    expect((await explain({ date: '2026-03-29', time: '02:30' }, staff)).in_the_way).toEqual({
      bookings: [],
      windows: [],
      exceptions: [],
    });
  });

  test('for a doctor who takes no bookings, and has no next start', async () => {
    await clinic.client.patch(`/api/doctors/${doctor.doctorId}`, { active: false }, await clinic.admin());
    const explained = await explain({ time: '10:00' });
    expect([explained.bookable, explained.next, ...broken(explained)]).toEqual([
      false,
      [],
      'DOCTOR_INACTIVE',
    ]);
  });

  test('for a patient who has as many bookings as one may have, and so no next start', async () => {
    const type_id = await offered({ max_live_bookings: 1 });
    expect((await book({ time: '09:00', type_id })).status).toBe(201);
    const explained = await explain({ time: '10:00', type_id });
    expect([explained.bookable, explained.next, ...broken(explained)]).toEqual([
      false,
      [],
      'TOO_MANY_BOOKINGS',
    ]);
  });
});

describe('next', () => {
  test('names the three nearest later starts of that doctor, with that type and for that patient', async () => {
    const type_id = await offered({ duration: 60 });
    const other = await clinic.doctor();
    await request(clinic, patient, { doctor_id: other.doctorId, date: MONDAY, time: '14:00', duration: 60 });
    await book({ time: '13:00', duration: 60 }, await clinic.patient());
    const { next } = await explain({ time: '12:00', type_id });
    expect(next).toMatchObject([
      { doctor_id: doctor.doctorId, date: MONDAY, time: '15:00', starts_at: '2026-03-02T15:00:00+01:00' },
      { date: MONDAY, time: '16:00' },
      { date: '2026-03-03', time: '09:00' },
    ]);
  });

  test('is later than the time, on other dates too, and can be booked', async () => {
    const explained = await explain({ time: '16:20' });
    expect(starts(explained)).toEqual([`${MONDAY} 16:30`, '2026-03-03 09:00', '2026-03-03 09:15']);
    for (const { date, time } of explained.next) {
      const { status, body } = await book({ date, time });
      expect(status).toBe(201);
      await clinic.client.delete(`/api/bookings/${body.id}`, patient);
    }
  });

  test('ends at the horizon', async () => {
    const type_id = await offered({ duration: 240, horizon_days: 1 });
    expect(starts(await explain({ time: '09:00', type_id }))).toEqual([`${MONDAY} 13:00`]);
    expect(starts(await explain({ date: '2026-03-05', time: '09:00', type_id }))).toEqual([]);
  });

  test('of a past time begins now', async () => {
    const explained = await explain({ date: '2026-01-05', time: '10:00' });
    expect(broken(explained)).toEqual(['NOT_IN_FUTURE']);
    expect(starts(explained)).toEqual(['2026-03-02 09:00', '2026-03-02 09:15', '2026-03-02 09:30']);
  });
});

describe('errors are those of POST', () => {
  test.each<[code: string, fields: Wish]>([
    ['UNKNOWN_DOCTOR', { doctor_id: 4_000_000 }],
    ['UNKNOWN_TYPE', { type_id: 4_000_000 }],
    ['UNKNOWN_PATIENT', { patient_id: 4_000_000 }],
    ['VALIDATION_FAILED', { type_id: 1, duration: 30 }],
    ['VALIDATION_FAILED', { date: '2026-02-31' }],
    ['VALIDATION_FAILED', { time: '24:00' }],
    ['VALIDATION_FAILED', { doctor_id: 'any' }],
  ])('%s: %j', async (code, fields) => {
    const wish = { time: '10:00', ...fields };
    const [asked, booked] = [await ask(wish), await book(wish)];
    expect([asked.status, asked.body.code]).toEqual([400, code]);
    if (fields.doctor_id !== 'any') expect(booked.body.code).toBe(code);
  });

  test('TYPE_REQUIRED of patients, where the clinic requires one', async () => {
    const set = (type_required: boolean) =>
      clinic.query('UPDATE clinic SET type_required = ?', [type_required]);
    await set(true);
    const [asked, ofDesk] = [await ask({ time: '10:00' }), await ask({ time: '10:00' }, staff)];
    await set(false);
    expect([asked.body.code, ofDesk.status]).toEqual(['TYPE_REQUIRED', 200]);
  });

  test('a token is needed, also where slots need none', async () => {
    await clinic.query('UPDATE clinic SET public_availability = 1');
    const query = `doctor_id=${doctor.doctorId}&date=${MONDAY}&time=10:00`;
    const { status } = await clinic.client.get(`/api/availability/explain?${query}`);
    await clinic.query('UPDATE clinic SET public_availability = 0');
    expect(status).toBe(401);
  });
});

describe('a patient', () => {
  test('learns nothing of others: no booking, no patient, no window, no exception', async () => {
    const patient_id = await insertPatient(clinic, { given_name: 'Secretia', phone: '+34612345678' });
    await bookFor(clinic, staff, patient_id, doctor, { date: MONDAY, time: '10:00', note: 'confidential' });
    await clinic.client.post('/api/exceptions', { date: MONDAY, is_full_day: true }, doctor);
    for (const who of [patient, await clinic.doctor(), doctor]) {
      const { body } = await ask({ time: '10:00' }, who);
      expect(Object.keys(body).sort()).toEqual(['bookable', 'next', 'rules']);
      expect(JSON.stringify(body)).not.toMatch(/Secretia|612345678|confidential/);
    }
  });

  test('gets the same answer for another’s patient as for an unknown one', async () => {
    const [theirs, unknown] = [await insertPatient(clinic), 4_000_000];
    const answers = await Promise.all(
      [theirs, unknown].map(async (patient_id) => (await ask({ time: '10:00', patient_id })).body),
    );
    expect(answers.map(({ code }) => code)).toEqual(['UNKNOWN_PATIENT', 'UNKNOWN_PATIENT']);
    expect(String(answers[0]!.error).replace(String(theirs), '?')).toBe(
      String(answers[1]!.error).replace(String(unknown), '?'),
    );
  });

  test('does not learn of a type of the desk', async () => {
    const type_id = await offered({ audience: 'staff', name: 'Quiet hour' });
    const { body } = await ask({ time: '10:00', type_id });
    expect(body.code).toBe('UNKNOWN_TYPE');
    expect(JSON.stringify(body)).not.toContain('Quiet');
    expect((await ask({ time: '10:00', type_id }, staff)).status).toBe(200);
  });
});

describe('the desk also learns what stands in the way', () => {
  const inTheWay = async (fields: Wish): Promise<NonNullable<Explained['in_the_way']>> =>
    (await explain(fields, staff)).in_the_way!;

  test('the bookings that overlap it or are too close, and those of the patient', async () => {
    const type_id = await offered({ duration: 30, slot_step: 5, buffer_after: 15 });
    const [ana, eva, leo] = [
      await insertPatient(clinic, { given_name: 'Ana' }),
      await insertPatient(clinic, { given_name: 'Eva' }),
      await insertPatient(clinic, { given_name: 'Leo' }),
    ];
    const other = await clinic.doctor();
    const near = await bookFor(clinic, staff, ana, doctor, { date: MONDAY, time: '09:00', duration: 25 });
    const over = await bookFor(clinic, staff, eva, doctor, { date: MONDAY, time: '09:50', duration: 20 });
    const own = await bookFor(clinic, staff, leo, other, { date: MONDAY, time: '09:55', duration: 20 });
    // Neither at another time, nor of other people with other doctors.
    await bookFor(clinic, staff, leo, doctor, { date: MONDAY, time: '12:00' });
    await bookFor(clinic, staff, ana, other, { date: MONDAY, time: '09:30', duration: 20 });
    const wish = { time: '09:30', type_id, patient_id: leo };
    expect(
      (await inTheWay(wish)).bookings.map(({ id, patient: { given_name } }) => [id, given_name]),
    ).toEqual([
      [over.id, 'Eva'],
      [own.id, 'Leo'],
    ]);
    // Now it would end right before Eva's; Ana's ends five minutes before it.
    await offerTypes(clinic, doctor, {
      type: await typeOf(type_id),
      own: { duration: 20, buffer_before: 10 },
    });
    const close = await explain(wish, staff);
    expect(broken(close)).toEqual(['BUFFER']);
    expect(close.in_the_way!.bookings.map(({ id }) => id)).toEqual([near.id, over.id]);
  });

  test('no cancelled booking', async () => {
    const { body } = await book({ time: '10:00' });
    await clinic.client.delete(`/api/bookings/${body.id}`, patient);
    expect(await inTheWay({ time: '10:00' })).toEqual({ bookings: [], windows: [], exceptions: [] });
  });

  test('the exceptions that overlap it', async () => {
    const block = (start_time: string, end_time: string) =>
      clinic.client.post(
        '/api/exceptions',
        { date: MONDAY, is_full_day: false, start_time, end_time },
        doctor,
      );
    const { body } = await block('10:00', '11:00');
    await block('12:00', '13:00');
    const { exceptions, bookings, windows } = await inTheWay({ time: '10:30' });
    expect([exceptions.map(({ id }) => id), bookings, windows]).toEqual([[body.id], [], []]);
  });

  test('the hours of the date, where it is outside of them', async () => {
    const { windows } = await inTheWay({ time: '20:00' });
    expect(windows).toMatchObject([{ day_of_week: 1, start_time: '09:00', end_time: '17:00' }]);
    expect((await inTheWay({ time: '10:00' })).windows).toEqual([]);
  });

  test('and that it was shown a booking is an event', async () => {
    await book({ time: '10:00' });
    const [shown, nothing] = [
      await eventsDuring(clinic, () => explain({ time: '10:00' }, staff)),
      await eventsDuring(clinic, () => explain({ time: '12:00' }, staff), 0),
    ];
    expect(shown).toMatchObject([{ action: 'booking.listed', actor_id: staff.id, particulars: { rows: 1 } }]);
    expect(nothing).toEqual([]);
  });

  async function typeOf(id: number) {
    const { body } = await clinic.client.get<Awaited<ReturnType<typeof createType>>[]>(
      '/api/appointment-types',
      await clinic.admin(),
    );
    return body.find((type) => type.id === id)!;
  }
});
