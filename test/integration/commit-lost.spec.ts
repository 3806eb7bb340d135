import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ask, book } from '../support/appointments.js';
import { Clinic, type DoctorPerson, type Person } from '../support/clinic.js';
import { type Cut, CuttingProxy } from '../support/cutting-proxy.js';
import { eventually } from '../support/eventually.js';
import { block, cancel, MONDAY, move, TUESDAY } from '../support/races.js';
import { Statements } from '../support/statements.js';

// A connection that breaks during COMMIT leaves open whether it took effect. That is never reported as success or as
// failure without looking.

let proxy: CuttingProxy;
let clinic: Clinic;
let statements: Statements;
let doctor: DoctorPerson;
let patient: Person;

beforeAll(async () => {
  proxy = await CuttingProxy.before(process.env.TEST_DATABASE_URL!);
  const database = `clinica_test_${process.pid}_commit_lost`;
  clinic = await Clinic.open({ env: { DATABASE_URL: proxy.urlOf(database) } });
  statements = Statements.of(clinic.dataSource);
  patient = await clinic.patient();
});

beforeEach(async () => {
  doctor = await clinic.doctor();
  statements.reset();
});

afterAll(async () => {
  await clinic?.close();
  await proxy?.close();
});

const CUTS: readonly Cut[] = ['before COMMIT', 'after COMMIT', 'COMMIT on its way'];

/** Cuts the connection during the COMMIT of a request, and gives its answer. */
async function whileCutting<T>(cut: Cut, request: () => Promise<T>): Promise<T> {
  proxy.next = cut;
  const answer = request();
  if (cut === 'COMMIT on its way') {
    // The one who looks must wait for the one who may still commit.
    await eventually('the second attempt waits for the first', () => statements.waitsForLock());
    proxy.deliver();
  }
  const result = await answer;
  expect(proxy.next).toBeUndefined();
  return result;
}

function commits(): number {
  return statements.sent.filter(({ sql }) => sql === 'COMMIT').length;
}

async function ledger(id: number): Promise<string[]> {
  const rows = await clinic.query<{ told: string }>(
    "SELECT CONCAT(booking_version, ' ', kind, ' ', state) AS told FROM notifications WHERE booking_id = ? ORDER BY id",
    [id],
  );
  return rows.map(({ told }) => told);
}

describe.each(CUTS)('a connection that breaks: %s', (cut) => {
  test('while booking: the patient has the booking, once, and is told once', async () => {
    const wish = { date: TUESDAY, time: '10:00' };
    const { status, body } = await whileCutting(cut, () => ask(clinic, patient, doctor, wish));
    expect([status, commits()]).toEqual([201, 2]);
    const rows = await clinic.query('SELECT id FROM bookings WHERE doctor_id = ?', [doctor.doctorId]);
    expect(rows).toEqual([{ id: body.id }]);
    expect(await ledger(body.id!)).toEqual([
      '1 booked pending',
      '1 reminder_24h pending',
      '1 reminder_1h pending',
    ]);
  });

  test('while moving: the booking has moved, once', async () => {
    const { id } = await book(clinic, patient, doctor, { date: MONDAY, time: '10:00' });
    statements.reset();
    const { status, body } = await whileCutting(cut, () =>
      move(clinic, patient, id, { date: TUESDAY, time: '11:30' }),
    );
    expect([status, commits()]).toEqual([200, 2]);
    expect(body).toMatchObject({ id, date: TUESDAY, time: '11:30', version: 2 });
    expect((await ledger(id)).filter((told) => /moved/.test(told))).toEqual(['2 moved pending']);
  });

  test('while cancelling: the booking is cancelled, once', async () => {
    const { id } = await book(clinic, patient, doctor, { date: MONDAY, time: '10:00' });
    statements.reset();
    const { status } = await whileCutting(cut, () => cancel(clinic, patient, id));
    expect([status, commits()]).toEqual([200, 2]);
    const rows = await clinic.query('SELECT status, version FROM bookings WHERE id = ?', [id]);
    expect(rows).toEqual([{ status: 'cancelled', version: 2 }]);
    expect((await ledger(id)).filter((told) => /pending/.test(told))).toEqual([
      '1 booked pending',
      '2 cancelled pending',
    ]);
  });
});

describe('where nobody can look', () => {
  test('since the database stays away, the patient is told that the outcome is unknown', async () => {
    proxy.next = 'after COMMIT';
    proxy.isDown = true;
    const { status, body, headers } = await ask(clinic, patient, doctor, { date: MONDAY, time: '10:00' });
    proxy.isDown = false;
    expect([status, body.code]).toEqual([503, 'OUTCOME_UNKNOWN']);
    expect(headers.get('retry-after')).not.toBeNull();
    expect(body.error).not.toMatch(/nothing was changed/i);
    const rows = await clinic.query('SELECT id FROM bookings WHERE doctor_id = ?', [doctor.doctorId]);
    expect(rows).toHaveLength(1);
  });

  test.each<Cut>(['before COMMIT', 'after COMMIT'])(
    'since there is nothing to look for, a doctor is told that the outcome is unknown: %s',
    async (cut) => {
      const { status, body } = await whileCutting(cut, () => block(clinic, doctor, MONDAY));
      expect([status, body.code]).toEqual([503, 'OUTCOME_UNKNOWN']);
      const rows = await clinic.query('SELECT id FROM exceptions WHERE doctor_id = ?', [doctor.doctorId]);
      expect(rows).toHaveLength(cut === 'after COMMIT' ? 1 : 0);
    },
  );

  test('a registration whose COMMIT is lost is not said to have changed nothing', async () => {
    const account = { email: 'lost@people.example', password: 'long enough' };
    const { status, body } = await whileCutting('after COMMIT', () =>
      clinic.client.post('/api/auth/register', account),
    );
    expect(status).toBe(503);
    expect(body.error).not.toMatch(/nothing was changed/i);
    expect((await clinic.client.post('/api/auth/login', account)).status).toBe(200);
  });
});

test('afterwards the app works as before, on connections that are whole', async () => {
  const answers = await Promise.all(
    ['09:00', '10:00', '11:00', '12:00', '13:00'].map((time) =>
      ask(clinic, patient, doctor, { date: TUESDAY, time }),
    ),
  );
  expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201, 201]);
});
