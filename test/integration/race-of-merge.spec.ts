import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Answer, Json } from '../support/client.js';
import type { Clinic, DoctorPerson, Person } from '../support/clinic.js';
import { ConcurrentApps } from '../support/concurrent-apps.js';
import { statementNamed } from '../support/statements.js';

let rivals: ConcurrentApps;
let admin: Person;
let doctor: DoctorPerson;
let hour = 8;

beforeAll(async () => {
  rivals = await ConcurrentApps.open();
  [admin, doctor] = [await rivals.clinic.admin(), await rivals.clinic.doctor()];
});

afterEach(() => rivals?.reset());

afterAll(() => rivals?.close());

let people = 0;

async function newPatient(): Promise<number> {
  people += 1;
  const body = { given_name: 'Name', family_name: 'Vidal', email: `race${people}@people.example` };
  const { status, body: made } = await rivals.clinic.client.post('/api/patients', body, admin);
  if (status !== 201) throw new Error(JSON.stringify(made));
  return made.id!;
}

async function acts() {
  const [source, target] = [await newPatient(), await newPatient()];
  hour += 1;
  const wish = {
    doctor_id: doctor.doctorId,
    date: '2026-03-05',
    time: `${String(hour).padStart(2, '0')}:00`,
    patient_id: source,
  };
  return {
    source,
    merge: ({ client }: Clinic): Promise<Answer<Json>> =>
      client.post(`/api/patients/${source}/merge`, { into: target, reason: 'Entered twice' }, admin),
    book: ({ client }: Clinic): Promise<Answer<Json>> => client.post('/api/bookings', wish, admin),
  };
}

const leftBehind = (id: number) => rivals.clinic.query('SELECT id FROM bookings WHERE patient_id = ?', [id]);

test('a booking made while its patient is merged is refused', async () => {
  const { source, merge, book } = await acts();
  const { slow, fast } = await rivals.overtake(statementNamed('move-bookings'), merge, book);
  expect([slow.status, fast.status, fast.body.code]).toEqual([200, 400, 'UNKNOWN_PATIENT']);
  expect(await leftBehind(source)).toEqual([]);
});

test('a booking that a merge finds in progress moves too', async () => {
  const { source, merge, book } = await acts();
  const { slow, fast } = await rivals.overtake(/insert-event/, book, merge);
  expect([slow.status, fast.status]).toEqual([201, 200]);
  expect(await leftBehind(source)).toEqual([]);
});

// The foreign key waits for the merge too, but the patient was read before.
test('without the shared lock of the patient, a merged patient keeps a booking', async () => {
  const { source, merge, book } = await acts();
  const withoutLock = ({ sql, parameters }: { sql: string; parameters: unknown[] }) => ({
    sql: sql.replace('LOCK IN SHARE MODE', ''),
    parameters,
  });
  rivals.statements.forEach((statements) =>
    statements.replace(statementNamed('insert-booking'), withoutLock),
  );
  const { slow, fast } = await rivals.overtake(statementNamed('move-bookings'), merge, book);
  expect([slow.status, fast.status]).toEqual([200, 201]);
  expect(await leftBehind(source)).toHaveLength(1);
});
