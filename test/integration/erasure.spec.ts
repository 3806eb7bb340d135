import { DataSource } from 'typeorm';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { book } from '../support/appointments.js';
import { Clinic, type DoctorPerson, type Person } from '../support/clinic.js';
import { expectProblem } from '../support/problems.js';
import { cancel, ERASE_ACCOUNT } from '../support/races.js';
import { statementNamed, type Statement, Statements } from '../support/statements.js';

let clinic: Clinic;
let second: Clinic;
let statements: Statements;
let doctor: DoctorPerson;
let admin: Person;

beforeAll(async () => {
  clinic = await Clinic.open();
  second = await Clinic.over(clinic.environment, clinic.clock);
  statements = Statements.of(clinic.app.get(DataSource));
  doctor = await clinic.doctor();
  admin = await clinic.admin();
});

afterEach(() => statements.reset());

afterAll(async () => {
  await second?.app.close();
  await clinic?.close();
});

const erase = ({ token, password }: Person, of = clinic) =>
  of.client.send('DELETE', '/api/auth/me', { token, body: { password } });

/** A patient with so many bookings, each on another weekday, from a date on. */
async function patientWith(bookings: number, from: string): Promise<{ patient: Person; ids: number[] }> {
  const patient = await clinic.patient();
  const ids: number[] = [];
  for (let day = 0; ids.length < bookings; day += 1) {
    const date = new Date(Date.parse(from) + day * 86_400_000).toISOString();
    if (![0, 6].includes(new Date(date).getUTCDay()))
      ids.push((await book(clinic, patient, doctor, { date: date.slice(0, 10), time: '09:00' })).id);
  }
  return { patient, ids };
}

const particularsOf = (ids: readonly number[]) =>
  clinic.query<{ subject_id: number; actor_id: number; particulars: string }>(
    `SELECT subject_id, actor_id, particulars FROM audit_events
     WHERE action = 'booking.cancelled' AND subject_id IN (?) ORDER BY subject_id`,
    [ids],
  );

test('an erasure takes as many statements for many bookings as for one', async () => {
  const count = async (bookings: number, from: string): Promise<number> => {
    const { patient } = await patientWith(bookings, from);
    statements.reset();
    expect((await erase(patient)).status).toBe(200);
    // The process also reads ended sessions once a second.
    return statements.sent.filter(({ sql }) => !statementNamed('find-ended-sessions').test(sql)).length;
  };
  expect(await count(30, '2026-04-01')).toBe(await count(1, '2026-03-16'));
});

test('each upcoming booking is cancelled with the same event and notification as by a single cancellation', async () => {
  const { patient, ids } = await patientWith(3, '2026-05-18');
  const [alone, ...rest] = ids;
  expect((await cancel(clinic, patient, alone!)).status).toBe(200);
  expect((await erase(patient)).status).toBe(200);
  const events = await particularsOf(ids);
  expect(events.map(({ subject_id }) => subject_id)).toEqual(ids);
  const shapes = events.map(({ particulars }) => particulars.replace(/2026-05-\d\d/, 'DATE'));
  expect(new Set(shapes).size).toBe(1);
  expect(events.map(({ particulars }) => (JSON.parse(particulars) as { date: string }).date)).toEqual([
    '2026-05-18',
    '2026-05-19',
    '2026-05-20',
  ]);
  const rows = await clinic.query<{ kind: string; state: string; reason: string | null }>(
    "SELECT kind, state, reason FROM notifications WHERE booking_id IN (?) AND kind = 'cancelled' AND booking_version = 2",
    [rest],
  );
  expect(rows).toEqual(
    rest.map(() => ({ kind: 'cancelled', state: 'cancelled', reason: 'the account was erased' })),
  );
  const { body } = await clinic.client.get('/api/integrity', { token: admin.token });
  expect(body).toMatchObject({ healthy: true });
});

test('an appointment that begins meanwhile does not block the erasure', async () => {
  const { patient, ids } = await patientWith(2, '2026-03-02');
  const held = statements.hold(statementNamed('lock-live-bookings'));
  const erasing = erase(patient);
  await held.reached;
  clinic.clock.set('2026-03-02T08:00:00Z');
  held.release();
  expect((await erasing).status).toBe(200);
  expect(await particularsOf(ids)).toHaveLength(2);
});

test('a booking made in another process at the same moment is refused', async () => {
  const { patient } = await patientWith(1, '2026-06-15');
  const held = statements.hold(statementNamed('lock-live-bookings'));
  const erasing = erase(patient);
  await held.reached;
  const wish = { doctor_id: doctor.doctorId, date: '2026-06-16', time: '09:00' };
  const booking = second.client.post('/api/bookings', wish, { token: patient.token });
  held.release();
  expect((await erasing).status).toBe(200);
  expectProblem(await booking, { status: 401, code: 'TOKEN_REVOKED' });
  const live = "SELECT id FROM bookings WHERE user_id = ? AND status = 'booked'";
  expect(await clinic.query(live, [patient.id])).toEqual([]);
});

test('while a patient is being erased, admins can disable other accounts', async () => {
  const [patient, other] = [await clinic.patient(), await clinic.patient()];
  const held = statements.hold(ERASE_ACCOUNT);
  const erasing = erase(patient);
  await held.reached;
  const disabled = await second.client.patch(
    `/api/users/${other.id}`,
    { disabled: true },
    { token: admin.token },
  );
  expect(disabled.status).toBe(200);
  held.release();
  expect((await erasing).status).toBe(200);
});

test('of the last two admins erased at once, one is refused', async () => {
  const [one, two] = [await clinic.admin(), await clinic.admin()];
  await clinic.query("UPDATE accounts SET disabled_at = NOW() WHERE role = 'admin' AND id NOT IN (?)", [
    [one.id, two.id],
  ]);
  try {
    const held = statements.hold(ERASE_ACCOUNT);
    const first = erase(one);
    await held.reached;
    const other = erase(two, second);
    held.release();
    expect((await first).status).toBe(200);
    expectProblem(await other, { status: 400, code: 'LAST_ADMIN' });
  } finally {
    await clinic.query("UPDATE accounts SET disabled_at = NULL WHERE role = 'admin'");
  }
});

test('an admin with a token of another role cannot be erased without the lock of admins', async () => {
  const patient = await clinic.patient();
  // Only possible by hand: the service revokes all tokens when it changes a role.
  await clinic.query("UPDATE accounts SET role = 'admin' WHERE id = ?", [patient.id]);
  expectProblem(await erase(patient), { status: 401, code: 'TOKEN_REVOKED' });
  const isLock = ({ sql }: Statement) => statementNamed('lock-admins').test(sql);
  expect(statements.sent.some(isLock)).toBe(false);
});
