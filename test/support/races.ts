import { requestBooking, book } from './appointments.js';
import type { Answer, Json } from './client.js';
import type { Clinic, DoctorPerson, Person } from './clinic.js';
import type { Overtaking, ConcurrentApps } from './concurrent-apps.js';
import { statementNamed } from './statements.js';

/** The statements at which the races hold a request. */
export const INSERT_BOOKING = statementNamed('insert-booking');
export const RESCHEDULE_BOOKING = statementNamed('reschedule-booking');
export const CANCEL_BOOKING = statementNamed('cancel-booking');
export const LOCK_BOOKING = statementNamed('lock-booking');
export const READ_SCHEDULE = statementNamed('read-schedule');
export const LOCK_DAY = statementNamed('lock-day');
export const LOCK_PATIENT_SCHEDULE = statementNamed('lock-patient-schedule');
export const LOCK_PATIENT = statementNamed('lock-patient');
export const INSERT_KEY = statementNamed('insert-key');
export const ERASE_ACCOUNT = statementNamed('erase-account');
/** Taken before anything else is done to the account that is erased. */
export const LOCK_ACCOUNT = statementNamed('lock-account');
export const LOCK_ERASED_PATIENTS = statementNamed('lock-(patients-of-account|with-merged)');
export const ERASE_PATIENTS = statementNamed('erase-patients');
export const LOCK_SCHEDULE = statementNamed('lock-schedule');

export const MONDAY = '2026-03-02';
export const TUESDAY = '2026-03-03';
export const WEDNESDAY = '2026-03-04';

type Race = Overtaking<Answer<Json>, Answer<Json>>;
/** Prepares a request that takes a doctor's time, and returns a function that sends it. */
type Prepare = (clinic: Clinic, doctor: DoctorPerson) => Promise<(through: Clinic) => Promise<Answer<Json>>>;

function prepareBooking(wish: { date: string; time: string; duration: number }): Prepare {
  return async (clinic, doctor) => {
    const patient = await clinic.patient();
    return (through) => requestBooking(through, patient, doctor, wish);
  };
}

function prepareReschedule(from: { date: string; time: string }, change: Record<string, unknown>): Prepare {
  return async (clinic, doctor) => {
    const patient = await clinic.patient();
    const { id } = await book(clinic, patient, doctor, from);
    return (through) => reschedule(through, patient, id, change);
  };
}

export function reschedule(
  { client }: Clinic,
  { token }: Person,
  id: number,
  change: Record<string, unknown>,
): Promise<Answer<Json>> {
  return client.patch(`/api/bookings/${id}`, change, { token });
}

export function cancel({ client }: Clinic, { token }: Person, id: number): Promise<Answer<Json>> {
  return client.delete(`/api/bookings/${id}`, { token });
}

export function addException({ client }: Clinic, { token }: Person, date: string): Promise<Answer<Json>> {
  return client.post('/api/exceptions', { date, start_time: '09:30', end_time: '11:30' }, { token });
}

/** Holds an account's booking or erasure at the statement `at`, while another process runs the other of the two. */
export async function raceWithErasure(
  rivals: ConcurrentApps,
  slow: 'booking' | 'erasure',
  at: RegExp,
): Promise<Race & { live: number }> {
  const { clinic } = rivals;
  const [doctor, patient] = [await clinic.doctor(), await clinic.patient()];
  const requests = {
    booking: (through: Clinic) => requestBooking(through, patient, doctor, { date: MONDAY, time: '10:00' }),
    erasure: ({ client }: Clinic) =>
      client.send<Json>('DELETE', '/api/auth/me', {
        token: patient.token,
        body: { password: patient.password },
      }),
  };
  const fast = slow === 'booking' ? requests.erasure : requests.booking;
  const outcome = await rivals.overtake(at, requests[slow], fast);
  const live = await clinic.query("SELECT id FROM bookings WHERE user_id = ? AND status = 'booked'", [
    patient.id,
  ]);
  return { ...outcome, live: live.length };
}

/** Every pair of requests that take a doctor's time; the two times overlap and have different starts. */
export const BOOKING_RACES: readonly { name: string; slow: Prepare; at: RegExp; fast: Prepare }[] = [
  {
    name: 'book against book',
    slow: prepareBooking({ date: MONDAY, time: '10:00', duration: 30 }),
    at: INSERT_BOOKING,
    fast: prepareBooking({ date: MONDAY, time: '10:15', duration: 30 }),
  },
  {
    name: 'book against move',
    slow: prepareBooking({ date: MONDAY, time: '10:00', duration: 60 }),
    at: INSERT_BOOKING,
    fast: prepareReschedule({ date: MONDAY, time: '14:00' }, { time: '10:20' }),
  },
  {
    name: 'move against book',
    slow: prepareReschedule({ date: MONDAY, time: '14:00' }, { time: '10:20' }),
    at: RESCHEDULE_BOOKING,
    fast: prepareBooking({ date: MONDAY, time: '10:00', duration: 60 }),
  },
  {
    name: 'move against move, from the same day',
    slow: prepareReschedule({ date: MONDAY, time: '14:00' }, { time: '10:00' }),
    at: RESCHEDULE_BOOKING,
    fast: prepareReschedule({ date: MONDAY, time: '15:00' }, { time: '10:10' }),
  },
  {
    name: 'move against move, from different days to a third',
    slow: prepareReschedule({ date: TUESDAY, time: '10:00' }, { date: MONDAY }),
    at: RESCHEDULE_BOOKING,
    fast: prepareReschedule({ date: WEDNESDAY, time: '10:29' }, { date: MONDAY }),
  },
  {
    name: 'a longer appointment against the next one',
    slow: prepareReschedule({ date: MONDAY, time: '10:00' }, { duration: 90 }),
    at: RESCHEDULE_BOOKING,
    fast: prepareBooking({ date: MONDAY, time: '11:00', duration: 15 }),
  },
];

/** Runs a pair for one doctor. The fast request runs between the slow request's reads and its writes. */
export async function race(rivals: ConcurrentApps, pair: (typeof BOOKING_RACES)[number]): Promise<Race> {
  const doctor = await rivals.clinic.doctor();
  const slow = await pair.slow(rivals.clinic, doctor);
  const fast = await pair.fast(rivals.clinic, doctor);
  return rivals.overtake(pair.at, slow, fast);
}

/**
 * A doctor blocks a time while a patient books it. Counts the bookings in it when the doctor gets the answer, and
 * later.
 */
export async function raceWithException(
  rivals: ConcurrentApps,
  pair: (typeof BOOKING_RACES)[number],
): Promise<Race & { seen: number; later: number }> {
  const doctor = await rivals.clinic.doctor();
  const countBookings = async ({ client }: Clinic): Promise<number> => {
    const list = await client.get<{ date: string; time: string }[]>('/api/bookings/doctor', doctor);
    return list.body.filter(({ date, time }) => date === MONDAY && time >= '09:30' && time < '11:30').length;
  };
  let seen = -1;
  const raced = await rivals.overtake(pair.at, await pair.slow(rivals.clinic, doctor), async (clinic) => {
    const answer = await addException(clinic, doctor, MONDAY);
    seen = await countBookings(clinic);
    return answer;
  });
  return { ...raced, seen, later: await countBookings(rivals.clinic) };
}

/** A doctor's request to block a time arrives twice at once, with the same key. */
export async function raceOfKeys(
  rivals: ConcurrentApps,
): Promise<Race & { exceptions: number; replays: number }> {
  const doctor = await rivals.clinic.doctor();
  const blocked = { date: MONDAY, start_time: '09:30', end_time: '11:30' };
  const send = ({ client }: Clinic): Promise<Answer<Json>> =>
    client.post('/api/exceptions', blocked, { ...doctor, headers: { 'idempotency-key': 'the same' } });
  const raced = await rivals.overtake(INSERT_KEY, send, send);
  const [row] = await rivals.clinic.query<{ exceptions: string }>(
    'SELECT COUNT(*) AS exceptions FROM exceptions WHERE doctor_id = ?',
    [doctor.doctorId],
  );
  const replays = [raced.slow, raced.fast].filter(({ headers }) =>
    headers.has('idempotency-replayed'),
  ).length;
  return { ...raced, exceptions: Number(row!.exceptions), replays };
}

/** An admin makes a doctor inactive, or gives the doctor another time zone, while a patient books. */
export async function raceWithDoctorChange(
  rivals: ConcurrentApps,
  change: { readonly active: false } | { readonly timezone: string },
): Promise<Race> {
  const { clinic } = rivals;
  const [doctor, patient, admin] = [await clinic.doctor(), await clinic.patient(), await clinic.admin()];
  return rivals.overtake(
    INSERT_BOOKING,
    (through) => requestBooking(through, patient, doctor, { date: MONDAY, time: '10:00' }),
    ({ client }) => client.patch(`/api/doctors/${doctor.doctorId}`, change, admin),
  );
}

/** A patient books while the change that makes the doctor inactive is about to commit. */
export async function raceWithDeactivation(rivals: ConcurrentApps): Promise<Race & { live: number }> {
  const { clinic } = rivals;
  const [doctor, patient, admin] = [await clinic.doctor(), await clinic.patient(), await clinic.admin()];
  const raced = await rivals.overtake(
    /^COMMIT/,
    ({ client }) => client.patch<Json>(`/api/doctors/${doctor.doctorId}`, { active: false }, admin),
    (through) => requestBooking(through, patient, doctor, { date: MONDAY, time: '10:00' }),
  );
  const live = await clinic.query('SELECT id FROM bookings WHERE doctor_id = ?', [doctor.doctorId]);
  return { ...raced, live: live.length };
}

/** A doctor adds two overlapping windows at once. */
export async function raceOfWindows(rivals: ConcurrentApps): Promise<Race & { windows: number }> {
  const doctor = await rivals.clinic.doctor();
  const add =
    (start_time: string, end_time: string) =>
    ({ client }: Clinic): Promise<Answer<Json>> =>
      client.post('/api/availability', { day_of_week: 6, start_time, end_time }, doctor);
  const raced = await rivals.overtake(
    statementNamed('insert-window'),
    add('09:00', '12:00'),
    add('11:00', '14:00'),
  );
  const [row] = await rivals.clinic.query<{ windows: string }>(
    'SELECT COUNT(*) AS windows FROM availability_windows WHERE doctor_id = ? AND day_of_week = 6',
    [doctor.doctorId],
  );
  return { ...raced, windows: Number(row!.windows) };
}

const CHILD = { given_name: 'Leo', family_name: 'Sanz', birth_date: '2018-02-03' };

/** An account that has nine dependants makes two at once. */
export async function raceOfDependants(rivals: ConcurrentApps): Promise<Race & { dependants: number }> {
  const parent = await rivals.clinic.patient();
  const create = ({ client }: Clinic): Promise<Answer<Json>> => client.post('/api/patients', CHILD, parent);
  for (let made = 0; made < 9; made += 1) await create(rivals.clinic);
  const raced = await rivals.overtake(/^INSERT INTO `patients`/, create, create);
  const [row] = await rivals.clinic.query<{ dependants: string }>(
    "SELECT COUNT(*) AS dependants FROM patients WHERE account_id = ? AND relation = 'dependant'",
    [parent.id],
  );
  return { ...raced, dependants: Number(row!.dependants) };
}

/** A patient and the desk change the patient at once, both from the first version. */
export async function raceOfPatientChanges(
  rivals: ConcurrentApps,
): Promise<Race & { given_name: string; version: number }> {
  const [patient, staff] = [await rivals.clinic.patient(), await rivals.clinic.staff()];
  const { body } = await rivals.clinic.client.get<{ id: number }[]>('/api/patients/mine', patient);
  const rename =
    ({ token }: Person, given_name: string) =>
    ({ client }: Clinic): Promise<Answer<Json>> =>
      client.patch(`/api/patients/${body[0]!.id}`, { given_name }, { token, headers: { 'if-match': '"1"' } });
  const raced = await rivals.overtake(/^UPDATE `patients`/, rename(patient, 'Ana'), rename(staff, 'Eva'));
  const [row] = await rivals.clinic.query<{ given_name: string; version: number }>(
    'SELECT given_name, version FROM patients WHERE id = ?',
    [body[0]!.id],
  );
  return { ...raced, ...row! };
}

/** The same address is registered twice at once. */
export async function raceOfRegistrations(rivals: ConcurrentApps): Promise<Race & { accounts: number }> {
  const register =
    (email: string) =>
    ({ client }: Clinic): Promise<Answer<Json>> =>
      client.post('/api/auth/register', { email, password: 'long enough' });
  const raced = await rivals.overtake(
    /^COMMIT/,
    register('twice@people.example'),
    register('Twice@People.Example'),
  );
  const [row] = await rivals.clinic.query<{ accounts: string }>(
    "SELECT COUNT(*) AS accounts FROM accounts WHERE email = 'twice@people.example'",
  );
  return { ...raced, accounts: Number(row!.accounts) };
}

/** Two profiles are created for one account at once. */
export async function raceOfProfiles(rivals: ConcurrentApps): Promise<Race & { profiles: number }> {
  const admin = await rivals.clinic.admin();
  const account = await rivals.clinic.person('doctor');
  const create = ({ client }: Clinic): Promise<Answer<Json>> =>
    client.post(
      '/api/doctors',
      { name: 'Dr. Twice', specialty: 'Cardiology', email: 'c@clinic.example', user_id: account.id },
      admin,
    );
  const raced = await rivals.overtake(/^COMMIT/, create, create);
  const [row] = await rivals.clinic.query<{ profiles: string }>(
    'SELECT COUNT(*) AS profiles FROM doctors WHERE user_id = ?',
    [account.id],
  );
  return { ...raced, profiles: Number(row!.profiles) };
}

/**
 * A patient cancels twice at once, or reschedules while cancelling. Also returns the booking's notifications
 * afterwards.
 */
export async function raceForOneBooking(
  rivals: ConcurrentApps,
  at: RegExp,
  slow: (clinic: Clinic, patient: Person, id: number) => Promise<Answer<Json>>,
  fast: (clinic: Clinic, patient: Person, id: number) => Promise<Answer<Json>>,
): Promise<Race & { status: string; version: number; news: string[]; reminders: number }> {
  const doctor = await rivals.clinic.doctor();
  const patient = await rivals.clinic.patient();
  const { id } = await book(rivals.clinic, patient, doctor, { date: WEDNESDAY, time: '10:00' });
  const raced = await rivals.overtake(
    at,
    (clinic) => slow(clinic, patient, id),
    (clinic) => fast(clinic, patient, id),
  );
  const [row] = await rivals.clinic.query<{ status: string; version: number }>(
    'SELECT status, version FROM bookings WHERE id = ?',
    [id],
  );
  const notifications = await rivals.clinic.query<{ kind: string; state: string }>(
    'SELECT kind, state FROM notifications WHERE booking_id = ? ORDER BY booking_version, id',
    [id],
  );
  const isReminder = ({ kind }: { kind: string }): boolean => kind.startsWith('reminder');
  return {
    ...raced,
    ...row!,
    news: notifications.filter((notification) => !isReminder(notification)).map(({ kind }) => kind),
    reminders: notifications.filter((each) => isReminder(each) && each.state === 'pending').length,
  };
}

/** Two patients reschedule their bookings to each other's day at once. */
export async function raceOfOppositeReschedules(rivals: ConcurrentApps): Promise<Race> {
  const doctor = await rivals.clinic.doctor();
  const there = prepareReschedule({ date: MONDAY, time: '10:00' }, { date: TUESDAY, time: '11:00' });
  const back = prepareReschedule({ date: TUESDAY, time: '10:00' }, { date: MONDAY, time: '11:00' });
  const slow = await there(rivals.clinic, doctor);
  const fast = await back(rivals.clinic, doctor);
  const secondLock = ({ sql, parameters }: { sql: string; parameters: unknown[] }): boolean =>
    LOCK_DAY.test(sql) && parameters[1] === TUESDAY;
  return rivals.overtake(secondLock, slow, fast);
}
