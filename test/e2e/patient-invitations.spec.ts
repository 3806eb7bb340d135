import type { INestApplicationContext } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Clinic, type DoctorPerson, type Person } from '../support/clinic.js';
import { Mailbox } from '../support/mailbox.js';
import type { PatientJson } from '../support/patient-json.js';
import { expectProblem } from '../support/problems.js';
import { startWorker } from '../support/worker.js';

const LINK_INVALID = { status: 400, code: 'LINK_INVALID' };
const CHOSEN = 'what only the owner knows';

let mailbox: Mailbox;
let clinic: Clinic;
let worker: INestApplicationContext;
let staff: Person;
let doctor: DoctorPerson;
let people = 0;

beforeAll(async () => {
  mailbox = await Mailbox.open();
  const env = { SMTP_URL: mailbox.url, FRONT_END_URL: 'https://clinic.example' };
  clinic = await Clinic.open({ env });
  worker = await startWorker(clinic.environment, clinic.clock);
  [staff, doctor] = [await clinic.staff(), await clinic.doctor()];
});

afterAll(async () => {
  await worker?.close();
  await clinic?.close();
  await mailbox?.close();
});

async function patientWith(email: string): Promise<number> {
  people += 1;
  const body = { given_name: `Name${people}`, family_name: 'Sanz', email };
  return (await clinic.client.post<PatientJson>('/api/patients', body, staff)).body.id;
}

const invite = (id: number) => clinic.client.post(`/api/patients/${id}/invitation`, {}, staff);
const accept = (body: object, person?: Person) => clinic.client.post('/api/auth/invitation', body, person);
const get = (id: number) => clinic.client.get<PatientJson>(`/api/patients/${id}`, staff);

async function invited(email: string): Promise<{ id: number; token: string }> {
  const id = await patientWith(email);
  expect((await invite(id)).status).toBe(200);
  const [received] = await mailbox.mailsTo(email, 1);
  return { id, token: /#token=([\w-]+)/.exec(received!.mail.text!)![1]! };
}

describe('the invitation of a patient', () => {
  test('opens an account with that patient as self, whose bookings are its own', async () => {
    const { id, token } = await invited('opens@people.example');
    const wish = { doctor_id: doctor.doctorId, date: '2026-03-05', time: '09:00', patient_id: id };
    const booked = await clinic.client.post('/api/bookings', wish, staff);
    expect((await accept({ token, password: CHOSEN })).status).toBe(200);
    const login = await clinic.client.post<{ token: string; user: { id: number; role: string } }>(
      '/api/auth/login',
      { email: 'opens@people.example', password: CHOSEN },
    );
    expect(login.body.user.role).toBe('user');
    const mine = await clinic.client.get<PatientJson[]>('/api/patients/mine', login.body);
    expect(mine.body.map((patient) => [patient.id, patient.relation])).toEqual([[id, 'self']]);
    const bookings = await clinic.client.get<{ id: number }[]>('/api/bookings/me', login.body);
    expect(bookings.body.map((booking) => booking.id)).toEqual([booked.body.id]);
    expectProblem(await accept({ token, password: CHOSEN }), LINK_INVALID);
    expectProblem(await invite(id), { status: 400, code: 'PATIENT_HAS_ACCOUNT' });
    const events = await clinic.query<{ action: string }>(
      "SELECT action FROM audit_events WHERE subject = 'patient' AND subject_id = ? AND action <> 'patient.read' ORDER BY id",
      [id],
    );
    expect(events.map(({ action }) => action)).toEqual([
      'patient.created',
      'patient.invited',
      'patient.accepted',
    ]);
  });

  test('where the address already has an account, its owner accepts, signed in, and has the patient as a dependant', async () => {
    const [owner, stranger] = [await clinic.patient(), await clinic.patient()];
    const { id, token } = await invited(owner.email);
    expectProblem(await accept({ token, password: CHOSEN }), { status: 400, code: 'EMAIL_TAKEN' });
    expectProblem(await accept({ token }, stranger), LINK_INVALID);
    expectProblem(await accept({ token }), { status: 400, code: 'VALIDATION_FAILED' });
    expect((await accept({ token }, owner)).status).toBe(200);
    const mine = await clinic.client.get<PatientJson[]>('/api/patients/mine', owner);
    expect(mine.body.map(({ relation }) => relation)).toEqual(['self', 'dependant']);
    expect(mine.body[1]!.id).toBe(id);
    expectProblem(await accept({ token }, owner), LINK_INVALID);
  });

  test('a dependant who gets an account of their own keeps the former manager as guardian', async () => {
    const parent = await clinic.patient();
    const child = {
      given_name: 'Leo',
      family_name: 'Ruiz',
      birth_date: '2008-02-03',
      email: 'leo@people.example',
    };
    const { id } = (await clinic.client.post<PatientJson>('/api/patients', child, parent)).body;
    await invite(id);
    const [received] = await mailbox.mailsTo('leo@people.example', 1);
    const token = /#token=([\w-]+)/.exec(received!.mail.text!)![1]!;
    expect((await accept({ token, password: CHOSEN })).status).toBe(200);
    expect((await get(id)).body.relation).toBe('self');
    const mine = await clinic.client.get<PatientJson[]>('/api/patients/mine', parent);
    expect(mine.body.map((patient) => patient.id)).toContain(id);
  });

  test('needs an email of the patient, pauses, expires and ends when the email changes', async () => {
    const phone = { given_name: 'Pia', family_name: 'Sanz', phone: '+34612345678' };
    const { id } = (await clinic.client.post<PatientJson>('/api/patients', phone, staff)).body;
    expectProblem(await invite(id), { status: 400, code: 'PATIENT_WITHOUT_EMAIL' });
    const changed = await invited('before@people.example');
    const again = await invite(changed.id);
    expectProblem(again, { status: 429, code: 'TOO_MANY_REQUESTS' });
    expect(again.body).toMatchObject({
      error: 'An invitation was sent to this address a moment ago. Try again in 120 seconds.',
    });
    await clinic.client.patch(`/api/patients/${changed.id}`, { email: 'after@people.example' }, staff);
    expectProblem(await accept({ token: changed.token, password: CHOSEN }), LINK_INVALID);
    const late = await invited('late@people.example');
    clinic.clock.advance({ days: 7, minutes: 1 });
    expectProblem(await accept({ token: late.token, password: CHOSEN }), LINK_INVALID);
  });

  test('erasing an account erases its patients, but those that another account has accepted by invitation', async () => {
    const [parent, guardian] = [await clinic.patient(), await clinic.patient()];
    const child = { given_name: 'Ana', family_name: 'Gil', birth_date: '2015-02-03' };
    const [kept, lost] = [
      (await clinic.client.post<PatientJson>('/api/patients', { ...child, email: guardian.email }, parent))
        .body.id,
      (await clinic.client.post<PatientJson>('/api/patients', { ...child, given_name: 'Eva' }, parent)).body
        .id,
    ];
    await invite(kept);
    const [received] = await mailbox.mailsTo(guardian.email, 1);
    const token = /#token=([\w-]+)/.exec(received!.mail.text!)![1]!;
    expect((await accept({ token }, guardian)).status).toBe(200);
    const exported = await clinic.client.post('/api/auth/me/export', { password: parent.password }, parent);
    expect(JSON.stringify(exported.body)).toContain('"given_name":"Eva"');
    const wish = { doctor_id: doctor.doctorId, date: '2026-03-19', time: '10:00', patient_id: kept };
    const booked = await clinic.client.post('/api/bookings', wish, parent);
    expect(booked.status).toBe(201);
    const erased = await clinic.client.send('DELETE', '/api/auth/me', {
      token: parent.token,
      body: { password: parent.password },
    });
    expect(erased.status).toBe(200);
    expect((await get(kept)).body).toMatchObject({
      given_name: 'Ana',
      account_id: guardian.id,
      relation: 'dependant',
    });
    expectProblem(await get(lost), { status: 404, code: 'PATIENT_NOT_FOUND' });
    expect(await clinic.query('SELECT status, user_id FROM bookings WHERE id = ?', [booked.body.id])).toEqual(
      [{ status: 'booked', user_id: guardian.id }],
    );
  });
});

describe('POST /api/auth/invitation { token } with an Idempotency-Key', () => {
  const keyed = (person: Person, key: string) => ({ ...person, headers: { 'idempotency-key': key } });
  const replayed = ({ headers }: { headers: Headers }) => headers.get('idempotency-replayed');
  const acceptances = (id: number) =>
    clinic.query(
      "SELECT id FROM audit_events WHERE subject = 'patient' AND subject_id = ? AND action = 'patient.accepted'",
      [id],
    );

  test('accepts once; the same request again gets the first answer, marked as a replay', async () => {
    const owner = await clinic.patient();
    const { id, token } = await invited(owner.email);
    const [first, again] = [
      await accept({ token }, keyed(owner, 'accepts once')),
      await accept({ token }, keyed(owner, 'accepts once')),
    ];
    expect([first.status, replayed(first)]).toEqual([200, null]);
    expect([again.status, replayed(again), again.body]).toEqual([200, 'true', first.body]);
    expect(await acceptances(id)).toHaveLength(1);
    const other = await accept({ token: `${token}x` }, keyed(owner, 'accepts once'));
    expectProblem(other, { status: 422, code: 'IDEMPOTENCY_KEY_REUSED' });
  });

  test('of another address is refused, again with the same key too; the owner can still accept', async () => {
    const [owner, stranger] = [await clinic.patient(), await clinic.patient()];
    const { id, token } = await invited(owner.email);
    const [first, again] = [
      await accept({ token }, keyed(stranger, 'not mine')),
      await accept({ token }, keyed(stranger, 'not mine')),
    ];
    for (const refused of [first, again]) expectProblem(refused, LINK_INVALID);
    expect([replayed(first), replayed(again)]).toEqual([null, 'true']);
    expect(await acceptances(id)).toEqual([]);
    expect((await accept({ token }, keyed(owner, 'not mine'))).status).toBe(200);
    expect((await get(id)).body).toMatchObject({ account_id: owner.id, relation: 'dependant' });
  });

  test('is refused once it has expired, and gives the patient to nobody', async () => {
    const owner = await clinic.patient();
    const { id, token } = await invited(owner.email);
    clinic.clock.advance({ days: 7, minutes: 1 });
    expectProblem(await accept({ token }, keyed(owner, 'too late')), LINK_INVALID);
    expect((await get(id)).body).toMatchObject({ account_id: null, relation: null });
  });
});
