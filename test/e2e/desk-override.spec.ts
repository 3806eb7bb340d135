import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createType, offerTypes } from '../support/appointment-types.js';
import type { Answer, Json } from '../support/client.js';
import { Clinic, type DoctorPerson, type Person } from '../support/clinic.js';
import { bookFor, insertPatient } from '../support/patients.js';

// The desk may override, naming every rule that stands against the time and a reason.

const WEDNESDAY = '2026-03-04';
const SATURDAY = '2026-03-07';

let clinic: Clinic;
let staff: Person;
let doctor: DoctorPerson;
let patientId: number;

beforeAll(async () => {
  clinic = await Clinic.open({ env: { RATE_LIMIT_ENABLED: 'false' } });
  staff = await clinic.staff();
});
beforeEach(async () => {
  doctor = await clinic.doctor();
  patientId = await insertPatient(clinic);
});
afterAll(() => clinic?.close());

/** Books for another patient each time. */
const book = async (time: string, rules?: unknown, fields: object = {}): Promise<Answer<Json>> =>
  clinic.client.post(
    '/api/bookings',
    {
      doctor_id: doctor.doctorId,
      patient_id: await insertPatient(clinic),
      date: WEDNESDAY,
      time,
      ...(rules !== undefined && { override: { rules, reason: 'As agreed' } }),
      ...fields,
    },
    staff,
  );
const codes = ({ body }: Answer<Json>): string[] =>
  ((body.violations ?? []) as { rule: string }[]).map(({ rule }) => rule);

test('violations names all rules that stand against the request, in order; code is the first of them', async () => {
  await book('16:30');
  await clinic.client.post('/api/exceptions', { date: WEDNESDAY, is_full_day: true }, doctor);
  const refused = await book('16:45');
  expect(refused).toMatchObject({ status: 400, body: { code: 'OUTSIDE_AVAILABILITY' } });
  expect(refused.body.violations).toEqual(
    ['OUTSIDE_AVAILABILITY', 'EXCEPTION', 'TAKEN'].map((rule) => ({
      rule,
      message: expect.stringContaining('16:45') as string,
      overridable: true,
    })),
  );
});

describe('an override', () => {
  test('books where every rule that stands is named; what is named and does not stand is ignored', async () => {
    const { status, body } = await book('18:00', ['CLOSED', 'OUTSIDE_AVAILABILITY', 'TAKEN']);
    expect([status, body.overbooked]).toEqual([201, false]);
    const shown = await clinic.client.get(`/api/bookings/${body.id}`, staff);
    expect(shown.body.override).toEqual({ rules: ['OUTSIDE_AVAILABILITY'], reason: 'As agreed' });
    const events = await clinic.client.get<Json[]>(`/api/bookings/${body.id}/events`, staff);
    expect(events.body).toMatchObject([
      { reason: 'As agreed', particulars: { overridden: 'OUTSIDE_AVAILABILITY' } },
    ]);
  });

  test('of nothing that stands is none', async () => {
    const { body } = await book('10:00', ['TAKEN', 'EXCEPTION']);
    expect((await clinic.client.get(`/api/bookings/${body.id}`, staff)).body.override).toBeNull();
  });

  test('refuses where a rule stands that is not named, with all that stand', async () => {
    await book('16:30');
    const refused = await book('16:45', ['TAKEN']);
    expect([refused.status, codes(refused)]).toEqual([400, ['OUTSIDE_AVAILABILITY', 'TAKEN']]);
    expect(codes(await book('16:45', []))).toEqual(['OUTSIDE_AVAILABILITY', 'TAKEN']);
  });

  test('does not reach the rules that nobody overrides', async () => {
    const past = { date: '2026-02-27' };
    expect(codes(await book('07:00', ['OUTSIDE_AVAILABILITY'], past))).toEqual([
      'NOT_IN_FUTURE',
      'OUTSIDE_AVAILABILITY',
    ]);
    await clinic.query('UPDATE doctors SET active = 0 WHERE id = ?', [doctor.doctorId]);
    expect(codes(await book('10:00', ['TAKEN']))).toEqual(['DOCTOR_INACTIVE']);
  });

  test.each([
    ['a rule that cannot be overridden', { rules: ['NOT_IN_FUTURE'], reason: 'as agreed' }],
    ['an unknown rule', { rules: ['taken'], reason: 'as agreed' }],
    ['a rule that is no text', { rules: [7], reason: 'as agreed' }],
    ['no list', { rules: 'TAKEN', reason: 'as agreed' }],
    ['no rules', { reason: 'as agreed' }],
    ['no reason', { rules: ['TAKEN'] }],
    ['a reason of two characters', { rules: ['TAKEN'], reason: 'ok' }],
    ['a reason of 501 characters', { rules: ['TAKEN'], reason: 'x'.repeat(501) }],
    ['a reason of two characters and spaces', { rules: ['TAKEN'], reason: ' ok   ' }],
    ['a reason after thousands of spaces', { rules: ['TAKEN'], reason: `${' '.repeat(4000)}as agreed` }],
    ['a reason that shows nothing', { rules: ['TAKEN'], reason: '\u2800\u2800\u2800\u2800' }],
    ['a reason with a control character', { rules: ['TAKEN'], reason: 'as\u0000agreed' }],
    ['a reason with half a character', { rules: ['TAKEN'], reason: 'as agreed \ud800' }],
    ['another field', { rules: ['TAKEN'], reason: 'as agreed', by: 'me' }],
    ['null', null],
    ['a list', []],
  ])('with %s is 400', async (_, override) => {
    const { status, body } = await book('10:00', undefined, { override });
    expect([status, body.code]).toEqual([400, 'VALIDATION_FAILED']);
    expect(body.errors).toMatchObject([{ field: 'override' }]);
  });

  test.each([
    [{ rules: ['NOT_IN_FUTURE'], reason: 'as agreed' }, /^override must have rules, a list of /],
    [{ rules: ['TAKEN'], reason: 'ok' }, /^override must have a reason of 3 to 500 characters/],
    ['as agreed', /^override must be an object with rules and reason, and nothing else$/],
  ])('with %j is refused with what is wrong', async (override, sentence) => {
    const { body } = await book('10:00', undefined, { override });
    expect(body.errors).toEqual([{ field: 'override', message: expect.stringMatching(sentence) as string }]);
  });

  test('takes a reason of 3 and of 500 characters, in NFC', async () => {
    const override = (reason: string) => ({ override: { rules: ['OUTSIDE_AVAILABILITY'], reason } });
    for (const [time, reason, kept] of [
      ['18:00', 'yes', 'yes'],
      ['19:00', 'é'.repeat(500), 'é'.repeat(500)],
      ['20:00', 'Cafe\u0301', 'Café'],
    ] as const) {
      const { status, body } = await book(time, undefined, override(reason));
      expect(status).toBe(201);
      expect((await clinic.client.get(`/api/bookings/${body.id}`, staff)).body.override).toMatchObject({
        reason: kept,
      });
    }
  });
});

describe('a booking across midnight', () => {
  const THURSDAY = '2026-03-05';
  const AT_NIGHT = ['OUTSIDE_AVAILABILITY'];

  test('takes the time of the next day too', async () => {
    expect((await book('23:45', AT_NIGHT)).body.overbooked).toBe(false);
    const next = { date: THURSDAY };
    expect(codes(await book('00:00', AT_NIGHT, next))).toEqual(['OUTSIDE_AVAILABILITY', 'TAKEN']);
    expect((await book('00:15', AT_NIGHT, next)).status).toBe(201);
  });

  test('needs an override of what the next day has taken', async () => {
    await book('00:00', AT_NIGHT, { date: THURSDAY });
    expect(codes(await book('23:45', AT_NIGHT))).toEqual(['OUTSIDE_AVAILABILITY', 'TAKEN']);
    expect((await book('23:45', [...AT_NIGHT, 'TAKEN'])).body.overbooked).toBe(true);
  });

  test('is refused with all that the next morning has taken, also without an override', async () => {
    await book('06:30', AT_NIGHT, { date: THURSDAY });
    const long = { time: '23:00', duration: 480 };
    expect(codes(await book('23:00', undefined, long))).toEqual(['OUTSIDE_AVAILABILITY', 'TAKEN']);
    const { body } = await book('10:00');
    const moved = await clinic.client.patch(`/api/bookings/${body.id}`, long, staff);
    expect(codes(moved)).toEqual(['OUTSIDE_AVAILABILITY', 'TAKEN']);
  });

  test('is refused with the buffers of the next morning too, also without an override', async () => {
    const type = await createType(clinic, { duration: 30, buffer_before: 240 });
    await offerTypes(clinic, doctor, type);
    const early = { date: THURSDAY, type_id: type.id };
    expect((await book('11:00', AT_NIGHT, early)).status).toBe(201);
    const long = { duration: 480 };
    expect(codes(await book('23:01', undefined, long))).toEqual(['OUTSIDE_AVAILABILITY', 'BUFFER']);
    expect(codes(await book('23:00', undefined, long))).toEqual(['OUTSIDE_AVAILABILITY']);
  });
});

describe('a booking overridden for TAKEN', () => {
  test('is overbooked, and no later booking overlaps it without an override of its own', async () => {
    const first = await book('10:00');
    const second = await book('10:15', ['TAKEN']);
    expect([first.body.overbooked, second.body.overbooked]).toEqual([false, true]);
    await clinic.client.post(`/api/bookings/${first.body.id}/cancel`, { reason: 'by phone' }, staff);
    expect(codes(await book('10:30'))).toEqual(['TAKEN']);
    expect((await book('10:30', ['TAKEN'])).body.overbooked).toBe(true);
    const patient = await clinic.patient();
    const theirs = await clinic.client.post(
      '/api/bookings',
      { doctor_id: doctor.doctorId, date: WEDNESDAY, time: '10:00' },
      patient,
    );
    expect([theirs.status, theirs.body.code]).toEqual([400, 'TAKEN']);
  });

  test('may have the same start', async () => {
    expect((await book('10:00')).status).toBe(201);
    expect((await book('10:00', ['TAKEN'])).status).toBe(201);
    expect((await book('10:00', ['TAKEN'])).status).toBe(201);
  });

  test('is no longer overbooked once it moved to a free time; a move can override too', async () => {
    await book('10:00');
    const { body } = await book('10:00', ['TAKEN']);
    const move = (change: object) => clinic.client.patch(`/api/bookings/${body.id}`, change, staff);
    expect((await move({ time: '12:00' })).body.overbooked).toBe(false);
    expect(codes(await move({ date: SATURDAY }))).toEqual(['OUTSIDE_AVAILABILITY']);
    const override = { rules: ['OUTSIDE_AVAILABILITY'], reason: 'On duty' };
    expect((await move({ date: SATURDAY, override })).status).toBe(200);
    const shown = await clinic.client.get(`/api/bookings/${body.id}`, staff);
    expect(shown.body).toMatchObject({ date: SATURDAY, overbooked: false, override });
  });

  test('keeps integrity: of live bookings that overlap, at most one is not overbooked', async () => {
    const { id } = await bookFor(clinic, staff, patientId, doctor, { date: WEDNESDAY, time: '13:00' });
    await book('13:15', ['TAKEN']);
    // The one that is not overbooked gets longer: it overlaps the other, so it needs an override, and is overbooked too.
    const longer = (override?: object) =>
      clinic.client.patch(`/api/bookings/${id}`, { duration: 45, override }, staff);
    expect(codes(await longer())).toEqual(['TAKEN']);
    expect((await longer({ rules: ['TAKEN'], reason: 'as agreed' })).body.overbooked).toBe(true);
    const { body } = await clinic.client.get<{ checks: { code: string; findings_total: number }[] }>(
      '/api/integrity',
      await clinic.admin(),
    );
    expect(body.checks.find(({ code }) => code === 'OVERLAP')).toMatchObject({ findings_total: 0 });
  });
});
