import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Answer, Json } from '../support/client.js';
import { Clinic, type DoctorPerson, type Person } from '../support/clinic.js';
import { bookFor, insertPatient } from '../support/patients.js';
import { expectProblem } from '../support/problems.js';

// Spaces around a text do not count, and are not stored.

let clinic: Clinic;
let admin: Person;
let doctor: DoctorPerson;
let hour = 8;

beforeAll(async () => {
  clinic = await Clinic.open({ env: { RATE_LIMIT_ENABLED: 'false' } });
  [admin, doctor] = [await clinic.admin(), await clinic.doctor()];
});

afterAll(() => clinic?.close());

type Send = (reason: string) => Promise<Answer<Json>>;

async function booked(): Promise<{ id: number; time: string }> {
  const patient = await insertPatient(clinic, { given_name: 'Ana' });
  hour += 1;
  const time = `${String(hour).padStart(2, '0')}:00`;
  const { id } = await bookFor(clinic, admin, patient, doctor, { date: '2026-03-04', time });
  return { id, time };
}

const post = (path: string, body: object) => clinic.client.post<Json>(path, body, admin);

/** Each request with a reason. */
const REASONS: Readonly<Record<string, () => Promise<Send>>> = {
  override: async () => {
    const { time } = await booked();
    const patient_id = await insertPatient(clinic, { given_name: 'Eva' });
    const wish = { doctor_id: doctor.doctorId, patient_id, date: '2026-03-04', time };
    return (reason) => post('/api/bookings', { ...wish, override: { rules: ['TAKEN'], reason } });
  },
  cancel: async () => {
    const { id } = await booked();
    return (reason) => post(`/api/bookings/${id}/cancel`, { reason });
  },
  status: async () => {
    const { id } = await booked();
    await post(`/api/bookings/${id}/status`, { status: 'fulfilled' });
    return (reason) => post(`/api/bookings/${id}/status`, { status: 'arrived', reason });
  },
  merge: async () => {
    const [id, into] = [await insertPatient(clinic), await insertPatient(clinic)];
    return (reason) => post(`/api/patients/${id}/merge`, { into, reason });
  },
  erase: async () => {
    const id = await insertPatient(clinic);
    return (reason) =>
      clinic.client.send('DELETE', `/api/patients/${id}`, { token: admin.token, body: { reason } });
  },
};

describe.each(Object.entries(REASONS))('the reason of %s', (name, prepare) => {
  test('has three characters without the spaces around it, and is stored without them', async () => {
    // On the day of the bookings, when a step back is possible.
    if (name === 'status') clinic.clock.set('2026-03-04T08:00:00Z');
    const send = await prepare();
    for (const reason of ['x  ', '  x', ' \n x ', '   '])
      expectProblem(await send(reason), { status: 400, code: 'VALIDATION_FAILED' });
    expect((await send('  As agreed \n')).status).toBeLessThan(300);
    const events = await clinic.query('SELECT reason FROM audit_events ORDER BY id DESC LIMIT 1');
    expect(events).toEqual([{ reason: 'As agreed' }]);
  });
});

test('names and notes are stored without the spaces around them', async () => {
  const body = {
    given_name: ' Lucía ',
    family_name: '\u00a0Romero',
    phone: '+34612345678',
    notes: ' Deaf\n',
  };
  const entered = await post('/api/patients', body);
  expect(entered.body).toMatchObject({ given_name: 'Lucía', family_name: 'Romero', notes: 'Deaf' });
});
