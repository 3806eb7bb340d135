import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createType, offerTypes, type TypeJson } from '../support/appointment-types.js';
import { Clinic, type DoctorPerson, type Person, type Week } from '../support/clinic.js';
import { codesOf, request, slotsFor } from '../support/typed-bookings.js';

// Buffers are real minutes, whatever the clock on the wall shows meanwhile, and reach over midnight.

const NIGHT: Week = [0, 1, 2, 3, 4, 5, 6].flatMap((day) => [
  [day, '00:00', '06:00'] as const,
  [day, '21:00', '24:00'] as const,
]);

let clinic: Clinic;
let patient: Person;
let doctor: DoctorPerson;

beforeAll(async () => {
  clinic = await Clinic.open({ env: { RATE_LIMIT_ENABLED: 'false' } });
  await clinic.liftLimits();
});
beforeEach(async () => {
  patient = await clinic.patient();
});
afterAll(() => clinic?.close());

async function offered(
  timezone: string,
  buffers: Pick<TypeJson, 'buffer_after'> | Pick<TypeJson, 'buffer_before'>,
): Promise<TypeJson> {
  doctor = await clinic.doctor({ timezone, week: NIGHT });
  const type = await createType(clinic, { duration: 30, ...buffers });
  await offerTypes(clinic, doctor, type);
  return type;
}

const book = (body: object) => request(clinic, patient, { doctor_id: doctor.doctorId, ...body });
const slots = (date: string) =>
  slotsFor(clinic, patient, `doctor_id=${doctor.doctorId}&date=${date}&duration=30`);

/** The first start of the next date, after a booking at 23:30 with that buffer after it. */
test.each([
  ['Asia/Tokyo', 'no clock changes', '2026-03-28', 60, '2026-03-29', '01:00', '00:45'],
  ['Europe/Madrid', 'the clocks skip 02:00 to 03:00', '2026-03-28', 180, '2026-03-29', '04:00', '03:45'],
  ['Europe/Madrid', '02:00 to 03:00 occurs twice', '2026-10-24', 180, '2026-10-25', '03:00', '02:45'],
  ['Australia/Lord_Howe', 'the clocks skip half an hour', '2026-10-03', 150, '2026-10-04', '03:00', '02:45'],
  ['Australia/Lord_Howe', 'half an hour occurs twice', '2026-04-04', 150, '2026-04-05', '02:00', '01:45'],
  ['America/Santiago', 'the day begins at 01:00', '2026-09-05', 60, '2026-09-06', '02:00', '01:45'],
  ['America/New_York', 'the clocks skip 02:00 to 03:00', '2026-03-07', 120, '2026-03-08', '03:00', '01:45'],
])('in %s, where %s: %s at 23:30 and %i minutes', async (timezone, _, evening, buffer, date, first, last) => {
  const { id } = await offered(timezone, { buffer_after: buffer });
  expect((await book({ date: evening, time: '23:30', type_id: id })).status).toBe(201);
  expect((await slots(date))[0]).toBe(first);
  expect(codesOf(await book({ date, time: last }))).toEqual(['BUFFER']);
  expect((await book({ date, time: first })).status).toBe(201);
});

test('a buffer before reaches back over an hour that occurs twice', async () => {
  const { id } = await offered('America/Santiago', { buffer_before: 120 });
  // On Saturday 4 April the last hour occurs twice: from 23:00 to midnight there are two hours.
  expect((await book({ date: '2026-04-05', time: '00:00', type_id: id })).status).toBe(201);
  const saturday = await slots('2026-04-04');
  expect(saturday.filter((time) => time >= '21:00')).toEqual([
    '21:00',
    '21:15',
    '21:30',
    '21:45',
    '22:00',
    '22:15',
    '22:30',
  ]);
  expect(codesOf(await book({ date: '2026-04-04', time: '22:45' }))).toEqual(['BUFFER']);
  expect((await book({ date: '2026-04-04', time: '22:30' })).status).toBe(201);
});
