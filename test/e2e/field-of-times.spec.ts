import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { doctorsWithType, requestAny } from '../support/any-doctor.js';
import { createType, offerTypes } from '../support/appointment-types.js';
import type { Answer, Json } from '../support/client.js';
import { Clinic, NOW, type Person } from '../support/clinic.js';
import { found, type FreeTimeJson } from '../support/free-times.js';
import { bookFor, insertPatient, selfOf } from '../support/patients.js';
import { MONDAY } from '../support/races.js';
import { codesOf, request, slotsFor } from '../support/typed-bookings.js';

// What users of other schedulers suffer from, where times are looked for and limits are kept.

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

describe('Buffers add up to twice what was meant, or shift the grid', () => {
  test('here the longer of two buffers is kept, and every start stays a round time', async () => {
    const doctor = await clinic.doctor();
    const buffers = { buffer_before: 10, buffer_after: 15 };
    const type = await createType(clinic, { duration: 20, slot_step: 5, ...buffers });
    await offerTypes(clinic, doctor, type);
    const asked = { doctor_id: doctor.doctorId, date: MONDAY, type_id: type.id };
    expect((await request(clinic, patient, { ...asked, time: '10:00' })).status).toBe(201);
    const query = `doctor_id=${doctor.doctorId}&date=${MONDAY}&type_id=${type.id}`;
    const offered = await slotsFor(clinic, await clinic.patient(), query);
    expect(offered.filter((time) => time > '09:20' && time < '10:45')).toEqual(['09:25', '10:35', '10:40']);
    await clinic.client.patch(`/api/appointment-types/${type.id}`, { slot_step: null }, await clinic.admin());
    const onGrid = await slotsFor(clinic, await clinic.patient(), query);
    expect(onGrid.slice(0, 4)).toEqual(['09:00', '09:20', '10:40', '11:00']);
  });
});

describe('Limits a day are stored and shown and never enforced', () => {
  test('here the day is full for search and booking alike, also where ten ask at once', async () => {
    const { type, doctors } = await doctorsWithType(clinic, 1, { max_per_day: 3 });
    const asked = { doctor_id: doctors[0]!.doctorId, date: MONDAY, type_id: type.id };
    const people = await Promise.all(Array.from({ length: 10 }, () => clinic.patient()));
    const answers = await Promise.all(
      people.map((person, at) =>
        request(clinic, person, { ...asked, time: `${9 + (at % 5)}:30`.padStart(5, '0') }),
      ),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(3);
    expect(codesOf(await request(clinic, patient, { ...asked, time: '16:00' }))).toEqual(['DAY_FULL']);
    const query = `type_id=${type.id}&from=${MONDAY}&to=${MONDAY}`;
    expect(await found(clinic, query, patient)).toEqual([]);
  });
});

describe('A minimum notice longer than the horizon shows no times and no reason', () => {
  test('here it is refused with the limit that it breaks, and a notice that leaves no time is explained', async () => {
    const admin = await clinic.admin();
    const body = { code: 'far', name: 'Far', duration: 30, min_notice_minutes: 2881, horizon_days: 2 };
    const refused = await clinic.client.post<Json>('/api/appointment-types', body, admin);
    expect([refused.status, refused.body.code]).toEqual([400, 'NOTICE_BEYOND_HORIZON']);
    const { type, doctors } = await doctorsWithType(clinic, 1, { min_notice_minutes: 60 * 24 * 20 });
    const asked = `doctor_id=${doctors[0]!.doctorId}&date=${MONDAY}&time=10:00&type_id=${type.id}`;
    expect(standing(await explain(asked, patient))).toEqual(['TOO_SOON']);
  });
});

describe('"Any doctor" offers times that nobody has, or refuses although one is free', () => {
  test('here every time that a search of all finds can be booked with any, and no other', async () => {
    const offer = await doctorsWithType(clinic, 2, { duration: 60 });
    const [first, second] = offer.doctors;
    const block = { date: MONDAY, start_time: '09:00', end_time: '12:00' };
    await clinic.client.post('/api/exceptions', block, first);
    await clinic.client.post('/api/exceptions', { ...block, start_time: '11:00', end_time: '17:00' }, second);
    const times = await found(clinic, `type_id=${offer.type.id}&from=${MONDAY}&to=${MONDAY}`, patient);
    const offered = [...new Set(times.map(({ time }) => time))];
    expect(offered).toEqual(['09:00', '10:00', '12:00', '13:00', '14:00', '15:00', '16:00']);
    for (const time of [...offered, '11:00', '08:00']) {
      const { status, body } = await requestAny(clinic, await clinic.patient(), offer, time);
      expect([time, status]).toEqual([time, offered.includes(time) ? 201 : 400]);
      if (status === 201) {
        const doctorIds = times.filter((found) => found.time === time).map(({ doctor_id }) => doctor_id);
        expect(doctorIds).toContain(body.doctor_id);
      } else expect(body.code).toBe('NO_DOCTOR_FREE');
    }
  });

  test('a booking of one doctor blocks no other', async () => {
    const offer = await doctorsWithType(clinic, 3);
    const booked: unknown[] = [];
    for (let count = 0; count < 3; count += 1)
      booked.push((await requestAny(clinic, await clinic.patient(), offer, '10:00')).body.doctor_id);
    expect(booked.sort()).toEqual(offer.doctors.map(({ doctorId }) => doctorId).sort());
    expect((await requestAny(clinic, patient, offer, '10:00')).body.code).toBe('NO_DOCTOR_FREE');
  });
});

describe('"Why is this time not offered?" has no answer, or one that the booking code disagrees with', () => {
  test('here the explanation of every time names exactly the rules for which booking it is refused', async () => {
    const doctor = await clinic.doctor();
    const type = await createType(clinic, { duration: 45, slot_step: 15, buffer_after: 20 });
    await offerTypes(clinic, doctor, type);
    const other = await insertPatient(clinic);
    await bookFor(clinic, staff, other, doctor, { date: MONDAY, time: '10:00', duration: 60 });
    const block = { date: MONDAY, start_time: '13:00', end_time: '13:30' };
    await clinic.client.post('/api/exceptions', block, doctor);
    const seen = new Set<string>();
    for (let minutes = 8 * 60; minutes < 18 * 60; minutes += 20) {
      const time = `${Math.floor(minutes / 60)}:${minutes % 60 === 0 ? '00' : minutes % 60}`.padStart(5, '0');
      const asked = { doctor_id: doctor.doctorId, date: MONDAY, time, type_id: type.id };
      const query = Object.entries(asked).map(([name, value]) => `${name}=${value}`);
      const explained = await explain(query.join('&'), patient);
      const { status, body } = await request(clinic, patient, asked);
      expect([time, explained.bookable]).toEqual([time, status === 201]);
      if (status === 201) await clinic.client.delete(`/api/bookings/${body.id}`, patient);
      else {
        const violations = body.violations as { rule: string; message: string }[];
        expect(standing(explained)).toEqual(violations.map(({ rule }) => rule));
        expect(explained.rules.flatMap(({ message }) => message ?? [])).toEqual(
          violations.map(({ message }) => message),
        );
        for (const rule of standing(explained)) seen.add(rule);
      }
    }
    expect([...seen].sort()).toEqual(['BUFFER', 'EXCEPTION', 'OFF_GRID', 'OUTSIDE_AVAILABILITY', 'TAKEN']);
  });

  test('the next starts that it names can be booked', async () => {
    const { type, doctors } = await doctorsWithType(clinic, 1);
    const asked = { doctor_id: doctors[0]!.doctorId, date: MONDAY, type_id: type.id };
    await request(clinic, await clinic.patient(), { ...asked, time: '16:00' });
    const { next } = await explain(
      `doctor_id=${doctors[0]!.doctorId}&date=${MONDAY}&type_id=${type.id}&time=16:00`,
      patient,
    );
    expect(next.map(({ date, time }) => `${date} ${time}`)).toEqual([
      `${MONDAY} 16:30`,
      '2026-03-03 09:00',
      '2026-03-03 09:30',
    ]);
    for (const { doctor_id, date, time } of next)
      expect((await request(clinic, patient, { doctor_id, date, time, type_id: type.id })).status).toBe(201);
  });
});

describe('One person is booked with two doctors at the same hour', () => {
  test('here nobody is, in lists and at commit, and the desk only by name and reason', async () => {
    const { type, doctors } = await doctorsWithType(clinic, 2);
    const [first, second] = doctors.map(({ doctorId }) => doctorId);
    const asked = { date: MONDAY, type_id: type.id };
    expect((await request(clinic, patient, { ...asked, doctor_id: first, time: '10:00' })).status).toBe(201);
    const again = await request(clinic, patient, { ...asked, doctor_id: second, time: '10:00' });
    expect(codesOf(again)).toEqual(['PATIENT_BUSY']);
    const times = await found(clinic, `type_id=${type.id}&from=${MONDAY}&to=${MONDAY}`, patient);
    expect(times.filter(({ time }) => time === '10:00')).toEqual([]);
    const patient_id = await selfOf(clinic, patient);
    const byDesk = { ...asked, doctor_id: second, time: '10:00', patient_id };
    expect(codesOf(await request(clinic, staff, byDesk))).toEqual(['PATIENT_BUSY']);
    const override = { rules: ['PATIENT_BUSY'], reason: 'With an interpreter' };
    expect((await request(clinic, staff, { ...byDesk, override })).status).toBe(201);
  });

  test('two requests at once for one hour with two doctors make one booking', async () => {
    const { type, doctors } = await doctorsWithType(clinic, 2);
    const answers = await Promise.all(
      doctors.map(({ doctorId: doctor_id }) =>
        request(clinic, patient, { doctor_id, date: MONDAY, time: '11:00', type_id: type.id }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 400]);
    expect(codesOf(answers.find(({ status }) => status === 400)!)).toEqual(['PATIENT_BUSY']);
  });
});

interface Explained {
  readonly bookable: boolean;
  readonly rules: readonly {
    readonly rule: string;
    readonly holds: boolean;
    readonly message: string | null;
  }[];
  readonly next: readonly FreeTimeJson[];
}

async function explain(query: string, person: Person): Promise<Explained> {
  const { status, body }: Answer<Explained> = await clinic.client.get<Explained>(
    `/api/availability/explain?${query}`,
    person,
  );
  if (status !== 200) throw new Error(`not explained: ${status} ${JSON.stringify(body)}`);
  return body;
}

function standing({ rules }: Explained): string[] {
  return rules.filter(({ holds }) => !holds).map(({ rule }) => rule);
}
