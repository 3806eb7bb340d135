import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Answer, Json } from '../support/client.js';
import type { Clinic, Person } from '../support/clinic.js';
import { ConcurrentApps, type Overtaking } from '../support/concurrent-apps.js';
import { statementNamed } from '../support/statements.js';

// Two accounts of the desk enter the same person at once.

let rivals: ConcurrentApps;
let desks: readonly [Person, Person];
let people = 0;

beforeAll(async () => {
  rivals = await ConcurrentApps.open();
  desks = [await rivals.clinic.staff(), await rivals.clinic.admin()];
});

afterEach(() => rivals?.reset());
afterAll(() => rivals?.close());

async function race(): Promise<Overtaking<Answer<Json>, Answer<Json>> & { patients: number }> {
  people += 1;
  const person = { given_name: 'Nil', family_name: 'Serra', phone: `+3461200100${people}` };
  const enter =
    (desk: Person) =>
    ({ client }: Clinic): Promise<Answer<Json>> =>
      client.post('/api/patients', person, desk);
  const raced = await rivals.overtake(/^INSERT INTO `patients`/, enter(desks[0]), enter(desks[1]));
  const patients = await rivals.clinic.query('SELECT id FROM patients WHERE phone = ?', [person.phone]);
  return { ...raced, patients: patients.length };
}

test('the second gets the patient of the first as a candidate', async () => {
  const { slow, fast, waited, patients } = await race();
  expect([waited, slow.status, fast.status, fast.body.code]).toEqual([true, 201, 409, 'POSSIBLE_DUPLICATE']);
  expect(fast.body.candidates).toMatchObject([{ id: slow.body.id }]);
  expect(patients).toBe(1);
});

test('without the lock of entries the person is entered twice', async () => {
  rivals.leaveOut(statementNamed('lock-patient-entry'));
  const { slow, fast, waited, patients } = await race();
  expect([waited, slow.status, fast.status, patients]).toEqual([false, 201, 201, 2]);
});

test('of ten at once, one enters the person', async () => {
  const person = { given_name: 'Pau', family_name: 'Font', phone: '+34612001999' };
  const clinics = [rivals.clinic, rivals.other];
  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, at) =>
      clinics[at % 2]!.client.post('/api/patients', person, desks[at < 5 ? 0 : 1]),
    ),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array<number>(9).fill(409)]);
});
