import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { addDoctors, doctorsWithType, type Offer, requestAny } from '../support/any-doctor.js';
import { createType, offerTypes } from '../support/appointment-types.js';
import type { Answer, Json } from '../support/client.js';
import { Clinic, type DoctorPerson, NOW, type Person } from '../support/clinic.js';
import { insertPatient } from '../support/patients.js';
import { MONDAY } from '../support/races.js';
import { codesOf, request } from '../support/typed-bookings.js';

// The sentences of the contract about POST /api/bookings with doctor_id "any".

let clinic: Clinic;
let patient: Person;
let staff: Person;

beforeAll(async () => {
  clinic = await Clinic.open({ env: { RATE_LIMIT_ENABLED: 'false' } });
  staff = await clinic.staff();
});
beforeEach(async () => {
  clinic.clock.set(NOW);
  patient = await clinic.patient();
});
afterAll(() => clinic?.close());

const ids = ({ doctors }: Offer): number[] => doctors.map(({ doctorId }) => doctorId);

/** Books any for another patient each time, and returns the doctor. */
async function bookAny(offer: Offer, time: string, fields: object = {}): Promise<unknown> {
  const { status, body } = await requestAny(clinic, await clinic.patient(), offer, time, fields);
  return status === 201 ? body.doctor_id : body.code;
}

/** Takes a time of a doctor. */
async function occupy({ doctorId }: DoctorPerson, time: string, duration: number): Promise<void> {
  const body = { doctor_id: doctorId, date: MONDAY, time, duration };
  expect((await request(clinic, await clinic.patient(), body)).status).toBe(201);
}

describe('of the doctors free at commit', () => {
  test('the one with the least to do that day is booked, then the lowest id', async () => {
    const offer = await doctorsWithType(clinic, 3);
    const [first, second, third] = ids(offer);
    await occupy(offer.doctors[1]!, '16:00', 60);
    expect(await bookAny(offer, '09:00')).toBe(first);
    expect(await bookAny(offer, '09:30')).toBe(third);
    expect(await bookAny(offer, '10:00')).toBe(first);
    expect(await bookAny(offer, '10:30')).toBe(third);
    expect(await bookAny(offer, '11:00')).toBe(first);
    expect(await bookAny(offer, '11:30')).toBe(second);
  });

  test('only the bookings of that day are counted, and no cancelled ones', async () => {
    const offer = await doctorsWithType(clinic, 2);
    const [busy] = offer.doctors;
    const other = { doctor_id: busy!.doctorId, date: '2026-03-03', time: '09:00', duration: 480 };
    expect((await request(clinic, await clinic.patient(), other)).status).toBe(201);
    const person = await clinic.patient();
    const { body } = await request(clinic, person, { ...other, date: MONDAY, duration: 60 });
    expect((await clinic.client.delete(`/api/bookings/${body.id}`, person)).status).toBe(200);
    expect(await bookAny(offer, '09:00')).toBe(busy!.doctorId);
  });

  test('one who is free is found, however much there is to do', async () => {
    const offer = await doctorsWithType(clinic, 3);
    const [first, second, third] = offer.doctors;
    await occupy(first!, '10:00', 30);
    await clinic.client.post('/api/exceptions', { date: MONDAY, is_full_day: true }, second);
    await occupy(third!, '11:00', 300);
    expect(await bookAny(offer, '10:00')).toBe(third!.doctorId);
  });

  test('those who do not offer the type, or take no bookings, are none', async () => {
    const offer = await doctorsWithType(clinic, 2);
    await doctorsWithType(clinic, 1);
    const [first, second] = ids(offer);
    const off = await clinic.client.patch(`/api/doctors/${first}`, { active: false }, await clinic.admin());
    expect(off.status).toBe(200);
    expect(await bookAny(offer, '09:00')).toBe(second);
    expect(await bookAny(offer, '09:00')).toBe('NO_DOCTOR_FREE');
  });

  test('each is judged by the values that the type has with that doctor, and the booking keeps them', async () => {
    const type = await createType(clinic, { duration: 30 });
    const [short, long] = [await clinic.doctor(), await clinic.doctor()];
    await offerTypes(clinic, short, type);
    await offerTypes(clinic, long, { type, own: { duration: 60, buffer_after: 10 } });
    // At 16:30 only the short appointment fits before the window ends, and is on the doctor's grid.
    await occupy(short, '11:00', 30);
    const answers = [
      await requestAny(clinic, patient, { type }, '11:00'),
      await requestAny(clinic, patient, { type }, '16:30'),
    ];
    expect(answers.map(({ body }) => [body.doctor_id, body.duration])).toEqual([
      [long.doctorId, 60],
      [short.doctorId, 30],
    ]);
  });

  test('date and time are those of each doctor’s own clock', async () => {
    const type = await createType(clinic);
    const inTokyo = await clinic.doctor({ timezone: 'Asia/Tokyo' });
    const inMadrid = await clinic.doctor();
    for (const doctor of [inTokyo, inMadrid]) await offerTypes(clinic, doctor, type);
    const first = await requestAny(clinic, patient, { type }, '09:00');
    expect(first.body).toMatchObject({ doctor_id: inTokyo.doctorId, starts_at: '2026-03-02T09:00:00+09:00' });
    // For the same patient, this is eight hours later.
    const second = await requestAny(clinic, patient, { type }, '09:00');
    expect(second.body).toMatchObject({
      doctor_id: inMadrid.doctorId,
      starts_at: '2026-03-02T09:00:00+01:00',
    });
  });
});

describe('specialty narrows the choice', () => {
  test('to doctors of it', async () => {
    const offer = await doctorsWithType(clinic, 2);
    const [, second] = ids(offer);
    await clinic.query("UPDATE doctors SET specialty = 'Dermatology' WHERE id = ?", [second]);
    expect(await bookAny(offer, '09:00', { specialty: 'Dermatology' })).toBe(second);
    expect(await bookAny(offer, '09:00', { specialty: 'Dermatology' })).toBe('NO_DOCTOR_FREE');
    expect(await bookAny(offer, '09:00', { specialty: 'Oncology' })).toBe('NOT_OFFERED');
  });

  test('and is 400 with a doctor', async () => {
    const { doctorId: doctor_id } = await clinic.doctor();
    const wish = { doctor_id, date: MONDAY, time: '09:00', specialty: 'Cardiology' };
    const { status, body } = await request(clinic, patient, wish);
    expect([status, body.errors]).toMatchObject([400, [{ field: 'specialty' }]]);
  });
});

describe('a refusal', () => {
  test('asks for a type, and takes no duration beside it', async () => {
    const { type } = await doctorsWithType(clinic, 1);
    const untyped = { doctor_id: 'any', date: MONDAY, time: '09:00' };
    for (const fields of [{}, { duration: 30 }])
      expect((await request(clinic, patient, { ...untyped, ...fields })).body).toMatchObject({
        code: 'TYPE_REQUIRED',
        errors: [{ field: 'type_id' }],
      });
    const both = await requestAny(clinic, patient, { type }, '09:00', { duration: 30 });
    expect([both.status, both.body.errors]).toMatchObject([400, [{ field: 'duration' }]]);
  });

  test.each([['ANY'], ['some'], ['1'], [''], [null], [['any']], [0]])(
    'takes no %j for a doctor',
    async (doctor_id) => {
      const { body } = await request(clinic, patient, { doctor_id, type_id: 1, date: MONDAY, time: '09:00' });
      expect(body.errors).toMatchObject([
        { field: 'doctor_id', message: expect.stringMatching(/^doctor_id /) as string },
      ]);
    },
  );

  test('is UNKNOWN_TYPE for an id that is none, and to patients for a type of the desk', async () => {
    const { type } = await doctorsWithType(clinic, 1, { audience: 'staff' });
    expect(codesOf(await requestAny(clinic, patient, { type }, '09:00'), '')).toEqual(['UNKNOWN_TYPE']);
    const unknown = { type: { ...type, id: 4_000_000 } };
    expect(codesOf(await requestAny(clinic, patient, unknown, '09:00'), '')).toEqual(['UNKNOWN_TYPE']);
    const patient_id = await insertPatient(clinic);
    expect((await requestAny(clinic, staff, { type }, '09:00', { patient_id })).status).toBe(201);
  });

  test('is UNKNOWN_PATIENT for another’s patient', async () => {
    const offer = await doctorsWithType(clinic, 1);
    const patient_id = await insertPatient(clinic);
    const { body } = await requestAny(clinic, patient, offer, '09:00', { patient_id });
    expect(body.code).toBe('UNKNOWN_PATIENT');
  });

  test('is NOT_OFFERED if nobody offers the type, or it is not active', async () => {
    const type = await createType(clinic);
    expect(codesOf(await requestAny(clinic, patient, { type }, '09:00'))).toEqual(['NOT_OFFERED']);
    const offer = await doctorsWithType(clinic, 2, { active: false });
    expect(codesOf(await requestAny(clinic, patient, offer, '09:00'))).toEqual(['NOT_OFFERED']);
  });

  test('is NO_DOCTOR_FREE and never TAKEN if all are taken, away or at home', async () => {
    const offer = await doctorsWithType(clinic, 2);
    const [first, second] = offer.doctors;
    await occupy(first!, '10:00', 30);
    await occupy(second!, '10:00', 30);
    const { status, body } = await requestAny(clinic, patient, offer, '10:00');
    expect([status, body.code, body.violations]).toEqual([400, 'NO_DOCTOR_FREE', undefined]);
    expect(body.detail).toBe(`No doctor is free at 10:00 on ${MONDAY}. Choose another time.`);
    expect(await bookAny(offer, '20:00')).toBe('NO_DOCTOR_FREE');
  });

  test('names the rules that the time violates with every doctor', async () => {
    const offer = await doctorsWithType(clinic, 2);
    const rulesOf = async (time: string, fields: object = {}) =>
      codesOf(await requestAny(clinic, patient, offer, time, fields), '');
    expect(await rulesOf('09:00', { date: '2026-02-27' })).toEqual(['NOT_IN_FUTURE']);
    expect(await rulesOf('09:00', { date: '2028-03-06' })).toEqual(['TOO_FAR']);
    expect((await requestAny(clinic, patient, offer, '10:00')).status).toBe(201);
    expect(await rulesOf('10:00')).toEqual(['PATIENT_BUSY']);
  });

  test('is TOO_MANY_DOCTORS if more than 50 match, until a specialty narrows them', async () => {
    const offer = await doctorsWithType(clinic, 1);
    await addDoctors(clinic, offer, 49);
    expect(await bookAny(offer, '09:00')).toBe(ids(offer)[0]);
    await addDoctors(clinic, offer, 1);
    expect(await bookAny(offer, '09:00')).toBe('TOO_MANY_DOCTORS');
    await clinic.query("UPDATE doctors SET specialty = 'Rare' WHERE id = ?", [ids(offer)[0]]);
    expect(await bookAny(offer, '10:00', { specialty: 'Rare' })).toBe(ids(offer)[0]);
    expect(await bookAny(offer, '10:00', { specialty: 'Cardiology' })).toBeGreaterThan(ids(offer)[0]!);
  });
});

describe('the desk', () => {
  const override = (...rules: string[]) => ({ rules, reason: 'As agreed' });
  const bookFor = async (offer: Offer, time: string, fields: object = {}): Promise<Answer<Json>> =>
    requestAny(clinic, staff, offer, time, { patient_id: await insertPatient(clinic), ...fields });

  test('overrides what stands against the time with each doctor, and gets one who is free first', async () => {
    const offer = await doctorsWithType(clinic, 2);
    const [first, second] = offer.doctors;
    await occupy(second!, '09:00', 120);
    await occupy(first!, '11:00', 30);
    const free = await bookFor(offer, '11:00', { override: override('TAKEN') });
    expect(free.body).toMatchObject({ doctor_id: second!.doctorId, overbooked: false });
    const crowded = await bookFor(offer, '11:00', { override: override('TAKEN') });
    expect(crowded.body).toMatchObject({ doctor_id: first!.doctorId, overbooked: true });
    const refused = await bookFor(offer, '11:00', { override: override('EXCEPTION') });
    expect(refused.body.code).toBe('NO_DOCTOR_FREE');
  });

  test('names all that stands with one of them', async () => {
    const offer = await doctorsWithType(clinic, 1);
    const late = { override: override('OUTSIDE_AVAILABILITY') };
    expect((await bookFor(offer, '20:00', late)).status).toBe(201);
    expect((await bookFor(offer, '20:00', late)).body.code).toBe('NO_DOCTOR_FREE');
    const named = { override: override('OUTSIDE_AVAILABILITY', 'TAKEN') };
    expect((await bookFor(offer, '20:00', named)).body.overbooked).toBe(true);
  });
});

test('a request with an Idempotency-Key gets the first answer again, and takes no second doctor', async () => {
  const offer = await doctorsWithType(clinic, 2);
  const send = () =>
    clinic.client.post(
      '/api/bookings',
      { doctor_id: 'any', type_id: offer.type.id, date: MONDAY, time: '09:00' },
      { token: patient.token, headers: { 'idempotency-key': 'any' } },
    );
  const [first, again] = [await send(), await send()];
  expect([first.status, again.status, again.headers.get('idempotency-replayed')]).toEqual([201, 201, 'true']);
  expect(again.body).toEqual(first.body);
  expect(await bookAny(offer, '09:00')).toBe(ids(offer)[1]);
});

test('two doctors and ten requests for one time: two 201 with different doctors, eight 400', async () => {
  const offer = await doctorsWithType(clinic, 2);
  const people = await Promise.all(Array.from({ length: 10 }, () => clinic.patient()));
  const answers = await Promise.all(people.map((who) => requestAny(clinic, who, offer, '10:00')));
  const booked = answers.filter(({ status }) => status === 201).map(({ body }) => body.doctor_id);
  expect(booked.sort()).toEqual(ids(offer).sort());
  const refused = answers.filter(({ status }) => status !== 201);
  expect(refused.map(({ status, body }) => [status, body.code])).toEqual(
    Array.from({ length: 8 }, () => [400, 'NO_DOCTOR_FREE']),
  );
});

test('as many requests as there are free doctors all get one, each a different one', async () => {
  const offer = await doctorsWithType(clinic, 12);
  const people = await Promise.all(Array.from({ length: 12 }, () => clinic.patient()));
  const answers = await Promise.all(people.map((who) => requestAny(clinic, who, offer, '10:00')));
  expect(answers.map(({ status }) => status)).toEqual(people.map(() => 201));
  expect(new Set(answers.map(({ body }) => body.doctor_id)).size).toBe(12);
});

test('a booking is not moved to any', async () => {
  const offer = await doctorsWithType(clinic, 2);
  const { body } = await requestAny(clinic, patient, offer, '10:00');
  const moved = await clinic.client.patch(`/api/bookings/${body.id}`, { doctor_id: 'any' }, staff);
  expect([moved.status, moved.body.errors]).toMatchObject([400, [{ field: 'doctor_id' }]]);
});
