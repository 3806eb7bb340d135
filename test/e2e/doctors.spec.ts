import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Clinic, type Person } from '../support/clinic.js';
import { expectProblem, invalidFields } from '../support/problems.js';

let clinic: Clinic;
let admin: Person;

beforeAll(async () => {
  clinic = await Clinic.open();
  admin = await clinic.admin();
});

afterAll(() => clinic?.close());

interface DoctorJson {
  id: number;
  name: string;
  specialty: string;
  email: string;
  timezone: string;
  user_id?: number;
  user_email?: string;
}

const PROFILE = {
  name: 'Dr. Zoë Ångström-O’Neill',
  specialty: 'Ear, nose & throat',
  email: 'zoe@clinic.example',
};

const create = (body: object) => clinic.client.post<DoctorJson>('/api/doctors', body, { token: admin.token });

async function windowsOf(doctorId: number) {
  const { body } = await clinic.client.get<{ day_of_week: number; start_time: string; end_time: string }[]>(
    `/api/availability/${doctorId}`,
  );
  return body.map(({ day_of_week, start_time, end_time }) => [day_of_week, start_time, end_time]);
}

describe('POST /api/doctors (admin) { name, specialty, email, user_id }: 201', () => {
  test('returns the profile with its account', async () => {
    const account = await clinic.person('doctor');
    const { status, body } = await create({ ...PROFILE, user_id: account.id });
    expect(status).toBe(201);
    expect(body).toMatchObject({ id: expect.any(Number) as number, ...PROFILE, user_id: account.id });
  });
  test('New doctors start with Monday to Friday, 09:00 to 17:00', async () => {
    const account = await clinic.person('doctor');
    const { body } = await create({ ...PROFILE, user_id: account.id });
    expect(await windowsOf(body.id)).toEqual([1, 2, 3, 4, 5].map((day) => [day, '09:00', '17:00']));
  });
  test("each doctor has an IANA timezone (default: the clinic's)", async () => {
    const [first, second] = [await clinic.person('doctor'), await clinic.person('doctor')];
    expect((await create({ ...PROFILE, user_id: first.id })).body.timezone).toBe('Europe/Madrid');
    const elsewhere = await create({ ...PROFILE, user_id: second.id, timezone: 'America/Santiago' });
    expect(elsewhere.body.timezone).toBe('America/Santiago');
  });
  test.each(['+02:00', 'UTC+2', 'Mars/Olympus', 'Madrid', '', 'CEST'])(
    'a zone that is not an IANA zone: 400: "%s"',
    async (timezone) => {
      const account = await clinic.person('doctor');
      const problem = expectProblem(await create({ ...PROFILE, user_id: account.id, timezone }), {
        status: 400,
      });
      expect(invalidFields(problem)).toEqual(['timezone']);
    },
  );
});

describe('user_id must be an account of role doctor without a profile: else 400', () => {
  test('an unknown account, a patient, an admin, a disabled account', async () => {
    const patient = await clinic.patient();
    const former = await clinic.person('doctor');
    await clinic.client.patch(`/api/users/${former.id}`, { disabled: true }, admin);
    for (const user_id of [4_294_967_295, patient.id, admin.id, former.id]) {
      expectProblem(await create({ ...PROFILE, user_id }), { status: 400, code: 'NOT_A_DOCTOR_ACCOUNT' });
    }
  });
  test('a doctor with a profile', async () => {
    const doctor = await clinic.doctor();
    expectProblem(await create({ ...PROFILE, user_id: doctor.id }), { status: 400, code: 'PROFILE_EXISTS' });
    expect(await windowsOf(doctor.doctorId)).toHaveLength(5);
  });
  test('of ten simultaneous requests for one account, one creates a profile, with one week of windows', async () => {
    const account = await clinic.person('doctor');
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => create({ ...PROFILE, user_id: account.id })),
    );
    const made = answers.filter(({ status }) => status === 201);
    expect(made).toHaveLength(1);
    for (const answer of answers.filter(({ status }) => status !== 201)) {
      expectProblem(answer, { status: 400, code: 'PROFILE_EXISTS' });
    }
    expect(await windowsOf(made[0]!.body.id)).toHaveLength(5);
    const rows = await clinic.query('SELECT id FROM doctors WHERE user_id = ?', [account.id]);
    expect(rows).toHaveLength(1);
  });
});

test('an admin can create the account and then the profile, which the doctor sees after logging in', async () => {
  const { client } = clinic;
  const credentials = { email: 'new.doctor@people.example', password: 'a quiet river bend' };
  const account = await client.post('/api/users', { ...credentials, role: 'doctor' }, { token: admin.token });
  const made = await create({ ...PROFILE, user_id: account.body.id });
  const { body } = await client.post<{ token: string }>('/api/auth/login', credentials);
  const me = await client.get<DoctorJson>('/api/doctors/me', { token: body.token });
  expect(me.status).toBe(200);
  expect(me.body).toEqual(made.body);
});

describe('GET /api/doctors/public (no token)', () => {
  test('array of { id, name, specialty, email, timezone }; email is the contact address given for the profile', async () => {
    const account = await clinic.person('doctor');
    const made = await create({ ...PROFILE, email: 'front.desk@clinic.example', user_id: account.id });
    const { status, body } = await clinic.client.get<DoctorJson[]>('/api/doctors/public');
    expect(status).toBe(200);
    expect(body.find(({ id }) => id === made.body.id)).toEqual({
      id: made.body.id,
      name: PROFILE.name,
      specialty: PROFILE.specialty,
      email: 'front.desk@clinic.example',
      timezone: 'Europe/Madrid',
    });
  });
  test('reveals nothing about the accounts', async () => {
    const { body } = await clinic.client.get<DoctorJson[]>('/api/doctors/public');
    expect(JSON.stringify(body)).not.toMatch(/people\.example|user_id|user_email|password/);
  });
});

describe('GET /api/doctors (admin)', () => {
  test("the same with user_id and user_email, the account's", async () => {
    const doctor = await clinic.doctor();
    const { status, body } = await clinic.client.get<DoctorJson[]>('/api/doctors', { token: admin.token });
    expect(status).toBe(200);
    expect(body.find(({ id }) => id === doctor.doctorId)).toMatchObject({
      user_id: doctor.id,
      user_email: doctor.email,
    });
    const shown = body.map(({ id, name, specialty, email, timezone }) => ({
      id,
      name,
      specialty,
      email,
      timezone,
    }));
    expect(shown).toEqual((await clinic.client.get('/api/doctors/public')).body);
  });
});

describe('GET /api/doctors/me (doctor)', () => {
  test('returns the doctor’s own profile', async () => {
    const [doctor] = [await clinic.doctor(), await clinic.doctor()];
    const { status, body } = await clinic.client.get<DoctorJson>('/api/doctors/me', { token: doctor.token });
    expect(status).toBe(200);
    expect(body).toMatchObject({ id: doctor.doctorId, user_id: doctor.id, name: `Dr. Number ${doctor.id}` });
  });
  test('404 if there is none', async () => {
    const { token } = await clinic.person('doctor');
    expectProblem(await clinic.client.get('/api/doctors/me', { token }), {
      status: 404,
      code: 'PROFILE_NOT_FOUND',
    });
  });
});
