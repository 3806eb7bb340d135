import type { INestApplicationContext } from '@nestjs/common';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Finding } from '../../src/database/integrity-check.js';
import { IntegrityService } from '../../src/ops/integrity/integrity.service.js';
import { requestBooking } from '../support/appointments.js';
import type { Answer } from '../support/client.js';
import { Clinic, type DoctorPerson, type Person, type Week } from '../support/clinic.js';
import { Mailbox } from '../support/mailbox.js';
import { cancel, reschedule } from '../support/races.js';
import { startWorker } from '../support/worker.js';

const LOAD_MS = 6_000;
const PATIENTS = 8;
const EVERY_DAY: Week = Array.from({ length: 7 }, (_, day) => [day, '08:00', '20:00']);

let mailbox: Mailbox;
let clinic: Clinic;
let other: Clinic;
let worker: INestApplicationContext;
let doctors: DoctorPerson[];
let patients: Person[];

beforeAll(async () => {
  mailbox = await Mailbox.open();
  clinic = await Clinic.open({ now: new Date().toISOString(), env: { SMTP_URL: mailbox.url } });
  other = await Clinic.over(clinic.environment, clinic.clock);
  worker = await startWorker(clinic.environment);
  doctors = [
    await clinic.doctor({ week: EVERY_DAY }),
    await clinic.doctor({ week: EVERY_DAY, timezone: 'Asia/Tokyo' }),
  ];
  patients = [];
  while (patients.length < PATIENTS) patients.push(await clinic.patient());
});

afterAll(async () => {
  await worker?.close();
  await other?.app.close();
  await clinic?.close();
  await mailbox?.close();
});

function anyOf<T>(choices: readonly T[]): T {
  return choices[Math.floor(Math.random() * choices.length)]!;
}

/** Few dates and times, to make requests collide often. */
function anyTime(): { date: string; time: string; duration: number } {
  const day = new Date(clinic.clock.now() + anyOf([3, 4]) * 86_400_000).toISOString().slice(0, 10);
  const hour = String(anyOf([8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18])).padStart(2, '0');
  return { date: day, time: `${hour}:${anyOf(['00', '15', '40'])}`, duration: anyOf([10, 30, 50]) };
}

/** How many requests of each kind succeeded. */
const succeeded = { book: 0, reschedule: 0, cancel: 0, block: 0, unblock: 0 };

function count(what: keyof typeof succeeded, { status }: Answer<unknown>): boolean {
  expect([200, 201, 400]).toContain(status);
  if (status < 400) succeeded[what] += 1;
  return status < 400;
}

/** Books, reschedules and cancels as a patient until a moment (of `performance.now()`). */
async function patientsDay(person: Person, until: number): Promise<void> {
  const own: number[] = [];
  while (performance.now() < until) {
    const through = anyOf([clinic, other]);
    const id = anyOf(own);
    if (id === undefined || Math.random() < 0.4) {
      const answer = await requestBooking(through, person, anyOf(doctors), anyTime());
      if (count('book', answer)) own.push(answer.body.id!);
    } else if (Math.random() < 0.6) {
      count('reschedule', await reschedule(through, person, id, anyTime()));
    } else {
      count('cancel', await cancel(through, person, id));
      own.splice(own.indexOf(id), 1);
    }
  }
}

/** Blocks hours and opens them again as a doctor until a moment. */
async function doctorsDay(doctor: DoctorPerson, until: number): Promise<void> {
  while (performance.now() < until) {
    const { date, time } = anyTime();
    const exception = { date, start_time: time, end_time: time.replace(/\d\d$/, '59') };
    const answer = await clinic.client.post('/api/exceptions', exception, doctor);
    count('block', answer);
    count('unblock', await other.client.delete(`/api/exceptions/${answer.body.id}`, doctor));
  }
}

test('repeated checks find nothing while patients book, reschedule and cancel and doctors block time', async () => {
  const integrity = clinic.app.get(IntegrityService);
  const until = performance.now() + LOAD_MS;
  let isOver = false;
  const busy = Promise.all([
    ...patients.map((person) => patientsDay(person, until)),
    ...doctors.map((doctor) => doctorsDay(doctor, until)),
  ]).finally(() => (isOver = true));
  const found: Finding[] = [];
  let reports = 0;
  for (; !isOver; reports += 1) {
    const { checks } = await integrity.check();
    found.push(...checks.flatMap(({ findings }) => findings));
  }
  await busy;
  expect(found).toEqual([]);
  expect(reports).toBeGreaterThan(2);
  for (const times of Object.values(succeeded)) expect(times).toBeGreaterThan(5);
  expect((await integrity.check()).healthy).toBe(true);
});
