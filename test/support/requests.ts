import type { Clinic, DoctorPerson, Person } from './clinic.js';

/** A request with a body that the API accepts, and the token of an actor who may send it. */
export interface ValidRequest {
  readonly method: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly token: string | undefined;
  readonly body: Readonly<Record<string, unknown>>;
  readonly optional: readonly string[];
  /** The fields that null clears. */
  readonly nullable: readonly string[];
}

/** The people and the booking that the valid requests use. */
export interface Fixtures {
  readonly patient: Person;
  readonly doctor: DoctorPerson;
  readonly admin: Person;
  /** An account of role doctor without a profile. */
  readonly newcomer: Person;
  readonly bookingId: number;
  /** The patient of the account `patient`. */
  readonly patientId: number;
  readonly typeId: number;
}

export async function createFixtures(clinic: Clinic): Promise<Fixtures> {
  const [patient, doctor, admin, newcomer] = [
    await clinic.patient(),
    await clinic.doctor(),
    await clinic.admin(),
    await clinic.person('doctor'),
  ];
  const booked = await clinic.client.post(
    '/api/bookings',
    { doctor_id: doctor.doctorId, date: '2026-03-02', time: '09:00' },
    { token: patient.token },
  );
  const mine = await clinic.client.get<{ id: number }[]>('/api/patients/mine', patient);
  const type = { code: 'fixture', name: 'Fixture', duration: 30 };
  const typed = await clinic.client.post('/api/appointment-types', type, { token: admin.token });
  const ids = { bookingId: booked.body.id!, patientId: mine.body[0]!.id, typeId: typed.body.id! };
  return { patient, doctor, admin, newcomer, ...ids };
}

/** One valid request for every route that takes a body. */
export function validRequests(fixtures: Fixtures): ValidRequest[] {
  const { patient, doctor, admin, newcomer, bookingId, patientId, typeId } = fixtures;
  const route = (
    [method, path]: [ValidRequest['method'], string],
    actor: Person | undefined,
    body: ValidRequest['body'],
    ...optional: string[]
  ): ValidRequest => ({ method, path, token: actor?.token, body, optional, nullable: [] });
  const account = { email: 'new@people.example', password: 'long enough', locale: 'es' };
  const profile = { name: 'Dr. Who', specialty: 'Time', email: 'who@clinic.example', user_id: newcomer.id };
  const proof = { your_password: admin.password, your_code: '000000' };
  const time = { date: '2026-03-03', time: '10:00', duration: 30 };
  const desk = {
    note: 'Bring the papers',
    notify: true,
    override: { rules: ['TAKEN'], reason: 'as agreed' },
  };
  return [
    route(
      ['POST', '/api/auth/register'],
      undefined,
      { ...account, ...PERSON },
      'locale',
      ...Object.keys(PERSON),
    ),
    route(
      ['POST', '/api/auth/login'],
      undefined,
      { email: patient.email, password: patient.password, refresh: true, code: '000000' },
      'refresh',
      'code',
    ),
    route(['POST', '/api/auth/refresh'], undefined, { refresh_token: 'as-good-as-any' }),
    route(['POST', '/api/auth/logout'], undefined, { refresh_token: 'as-good-as-any' }),
    route(['POST', '/api/auth/password'], patient, {
      old_password: patient.password,
      new_password: 'long enough',
    }),
    route(['POST', '/api/auth/password/forgot'], undefined, { email: 'nobody@people.example' }),
    route(['POST', '/api/auth/password/reset'], undefined, { token: 'a-code', new_password: 'long enough' }),
    route(['POST', '/api/auth/verify-email'], undefined, { token: 'a-code', password: 'a guess' }),
    route(['POST', '/api/auth/change-email'], undefined, { token: 'a-code', password: 'a password' }),
    route(['POST', '/api/auth/not-me'], undefined, { token: 'a-code' }),
    route(
      ['POST', '/api/auth/invitation'],
      undefined,
      { token: 'a-code', password: 'long enough' },
      'password',
    ),
    route(['POST', `/api/patients/${patientId}/merge`], admin, { into: 4_000_000, reason: 'Entered twice' }),
    route(['DELETE', `/api/patients/${patientId}`], admin, { reason: 'Asked by letter' }),
    route(['POST', '/api/auth/verify-email/send'], undefined, { email: 'nobody@people.example' }),
    route(['POST', '/api/auth/second-factor'], patient, { password: patient.password }),
    route(['POST', '/api/auth/second-factor/confirm'], patient, { code: '000000' }),
    route(['DELETE', '/api/auth/second-factor'], patient, { password: patient.password, code: '000000' }),
    route(['PATCH', '/api/auth/me'], patient, { locale: 'es' }),
    route(['POST', '/api/auth/me/export'], patient, { password: patient.password, code: '000000' }, 'code'),
    route(['DELETE', '/api/auth/me'], patient, { password: patient.password, code: '000000' }, 'code'),
    route(
      ['POST', '/api/users'],
      admin,
      { ...account, role: 'doctor', ...proof },
      ...['locale', 'password', 'your_password', 'your_code'],
    ),
    route(
      ['PATCH', `/api/users/${newcomer.id}`],
      admin,
      { role: 'user', disabled: false, second_factor: false, ...proof },
      ...['role', 'disabled', 'second_factor', 'your_password', 'your_code'],
    ),
    route(['POST', '/api/doctors'], admin, { ...profile, timezone: 'Asia/Tokyo' }, 'timezone'),
    route(
      ['PATCH', `/api/doctors/${doctor.doctorId}`],
      admin,
      {
        name: 'Dr. Who',
        specialty: 'Time',
        email: 'who@clinic.example',
        active: true,
        timezone: doctor.timezone,
      },
      ...['name', 'specialty', 'email', 'active', 'timezone'],
    ),
    {
      ...route(
        ['PATCH', '/api/clinic'],
        admin,
        {
          name: 'Clinic',
          address: 'Calle Mayor 1',
          phone: '+34 912 345 678',
          country: 'ES',
          ...LIMITS,
          ...SWITCHES,
        },
        ...['name', 'address', 'phone', 'country', ...Object.keys(LIMITS), ...Object.keys(SWITCHES)],
      ),
      nullable: ['name', 'address', 'phone', 'country', ...Object.keys(LIMITS)],
    },
    ...typeRequests(fixtures),
    route(
      ['POST', '/api/bookings'],
      admin,
      { doctor_id: doctor.doctorId, ...time, ...desk, patient_id: 500_001 },
      'duration',
      'patient_id',
      ...Object.keys(desk),
    ),
    {
      ...route(
        ['PATCH', `/api/bookings/${bookingId}`],
        admin,
        { ...time, ...desk, doctor_id: doctor.doctorId },
        ...Object.keys(time),
        'doctor_id',
        ...Object.keys(desk),
      ),
      nullable: ['note'],
    },
    route(
      ['POST', `/api/bookings/${bookingId}/status`],
      admin,
      { status: 'fulfilled', reason: 'done' },
      'reason',
    ),
    route(
      ['POST', `/api/bookings/${bookingId}/cancel`],
      admin,
      { reason: 'The doctor is ill', notify: true },
      'reason',
      'notify',
    ),
    ...patientRequests(fixtures),
    {
      ...route(
        ['POST', '/api/availability'],
        doctor,
        {
          ...{ day_of_week: 6, start_time: '09:00', end_time: '12:00', doctor_id: doctor.doctorId },
          ...{ valid_from: '2026-03-01', valid_until: '2026-12-31', type_ids: [typeId] },
        },
        ...['doctor_id', 'valid_from', 'valid_until', 'type_ids'],
      ),
      nullable: ['valid_from', 'valid_until', 'type_ids'],
    },
    route(
      ['POST', '/api/exceptions'],
      doctor,
      {
        date: '2026-03-04',
        is_full_day: false,
        start_time: '09:00',
        end_time: '12:00',
        doctor_id: doctor.doctorId,
      },
      'doctor_id',
      'is_full_day',
      'start_time',
      'end_time',
    ),
  ];
}

const LIMITS = {
  horizon_days: 365,
  min_notice_minutes: 0,
  cancel_cutoff_minutes: 0,
  max_live_bookings: 50,
};
const SWITCHES = { type_required: false, one_place_at_a_time: false, public_availability: false };

function typeRequests({ admin: { token }, doctor, typeId }: Fixtures): ValidRequest[] {
  const nullable = { description: 'New', slot_step: 15, ...LIMITS, max_per_day: 8 };
  const optional = { buffer_before: 5, buffer_after: 10, audience: 'staff', active: true, ...nullable };
  const type = { code: 'new-type', name: 'New type', duration: 30, ...optional };
  const common = { token, nullable: Object.keys(nullable) };
  return [
    {
      ...common,
      ...{ method: 'POST', path: '/api/appointment-types', body: type, optional: Object.keys(optional) },
    },
    {
      ...common,
      ...{
        method: 'PATCH',
        path: `/api/appointment-types/${typeId}`,
        body: type,
        optional: Object.keys(type),
      },
    },
    {
      ...{ method: 'PUT', path: `/api/doctors/${doctor.doctorId}/types`, token, optional: [], nullable: [] },
      body: { types: [{ type_id: typeId, duration: 45, slot_step: null }] },
    },
  ];
}

const PERSON = {
  given_name: 'Lucía',
  family_name: 'Romero',
  birth_date: '1984-05-21',
  phone: '+34 612 345 678',
};

const DETAILS = { email: 'new@people.example', locale: 'es', contact_by: 'none', notes: 'Hard of hearing' };

function patientRequests({ admin: { token }, patientId }: Fixtures): ValidRequest[] {
  const nullable = ['birth_date', 'phone', 'email', 'locale', 'notes'];
  const optional = ['birth_date', 'phone', ...Object.keys(DETAILS)];
  const entered = { ...PERSON, ...DETAILS, not_duplicate_of: [1] };
  const changed = { ...PERSON, ...DETAILS };
  return [
    {
      ...{ method: 'POST', path: '/api/patients', token, body: entered, nullable },
      optional: [...optional, 'not_duplicate_of'],
    },
    {
      ...{ method: 'PATCH', path: `/api/patients/${patientId}`, token, body: changed, nullable },
      optional: Object.keys(changed),
    },
  ];
}
