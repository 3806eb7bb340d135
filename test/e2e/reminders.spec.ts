import type { INestApplicationContext } from '@nestjs/common';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { NotificationQueue } from '../../src/notifications/notification-queue.js';
import { book, type BookingJson } from '../support/appointments.js';
import { Clinic, type DoctorPerson, type Person } from '../support/clinic.js';
import { eventually } from '../support/eventually.js';
import { Mailbox } from '../support/mailbox.js';
import { waitUntilDueSettled, advanceTo, notificationsOf } from '../support/notifications.js';
import { startWorker } from '../support/worker.js';

let mailbox: Mailbox;
let clinic: Clinic;
let worker: INestApplicationContext | undefined;
let doctor: DoctorPerson;
let patient: Person;
/** Each test uses its own week, later than the previous one, because the clock only goes forward. */
let week = 0;

beforeAll(async () => {
  mailbox = await Mailbox.open();
  clinic = await Clinic.open({ env: { SMTP_URL: mailbox.url } });
  // At 11:00 in Santiago it is 17:00 at the clinic, in Madrid.
  doctor = await clinic.doctor({ timezone: 'America/Santiago' });
  await workerUp();
});
beforeEach(async () => {
  week += 1;
  patient = await clinic.patient();
  await advanceTo(clinic, at(-4, '09:00'));
});
afterAll(async () => {
  await workerDown();
  await clinic?.close();
  await mailbox?.close();
});

/** A date of the test's week; 0 is Monday. From 13 April to September the clocks change in neither zone. */
function dateOf(day: number): string {
  return new Date(Date.UTC(2026, 3, 13 + (week - 1) * 7 + day)).toISOString().slice(0, 10);
}

/** A wall time in Santiago, in winter. */
const at = (day: number, time: string) => `${dateOf(day)}T${time.length === 5 ? `${time}:00` : time}-04:00`;

async function workerUp(): Promise<void> {
  worker ??= await startWorker(clinic.environment, clinic.clock);
}
async function workerDown(): Promise<void> {
  await worker?.close();
  worker = undefined;
}

const bookMonday = (time = '11:00') => book(clinic, patient, doctor, { date: dateOf(0), time });
const subjects = () =>
  mailbox.received.filter(({ to }) => to === patient.email).map(({ mail }) => mail.subject!.split(':')[0]);
const statesOf = async ({ id }: BookingJson) =>
  (await notificationsOf(clinic, id)).map(({ kind, state, reason }) => [kind, state, reason]);

const longDate = (date: string) =>
  new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' }).format(new Date(date));

const CONFIRMED = 'Appointment confirmed';
const DAY_BEFORE = 'Appointment reminder';
const HOUR_BEFORE = 'Your appointment starts soon';

describe('reminders 24 hours and 1 hour before', () => {
  test('each is sent when it is due, not a second earlier, and never twice', async () => {
    const booking = await bookMonday();
    await advanceTo(clinic, at(-1, '10:59:59'));
    expect(subjects()).toEqual([CONFIRMED]);
    await advanceTo(clinic, at(-1, '11:00'));
    expect(subjects()).toEqual([CONFIRMED, DAY_BEFORE]);
    await advanceTo(clinic, at(0, '09:59:59'));
    expect(subjects()).toEqual([CONFIRMED, DAY_BEFORE]);
    await advanceTo(clinic, at(0, '10:00'));
    await workerDown();
    await workerUp();
    for (const now of ['10:30', '11:00', '11:30', '23:00']) await advanceTo(clinic, at(0, now));
    expect(subjects()).toEqual([CONFIRMED, DAY_BEFORE, HOUR_BEFORE]);
    expect((await statesOf(booking)).map(([, state]) => state)).toEqual(['sent', 'sent', 'sent']);
  });

  test('they name the doctor, the date and the time, in the clinic’s time zone', async () => {
    await bookMonday('16:30');
    await advanceTo(clinic, at(-1, '16:30'));
    await advanceTo(clinic, at(0, '15:30'));
    const [, ...reminders] = await mailbox.mailsTo(patient.email, 3);
    for (const { mail } of reminders) {
      expect(mail.subject).toContain(`Dr. Number ${doctor.id}, Mon `);
      expect(mail.subject).toContain(', 22:30 (Europe/Madrid)');
      for (const text of [mail.text!, mail.html!]) {
        expect(text).toContain(`Dr. Number ${doctor.id}`);
        expect(text).toContain(`Monday, ${longDate(dateOf(0))}`);
        expect(text).toContain('22:30 (Europe/Madrid, GMT+2)');
      }
    }
  });

  test('they are in the language of the account', async () => {
    patient = await clinic.patient('es');
    await bookMonday();
    await advanceTo(clinic, at(-1, '11:00'));
    await advanceTo(clinic, at(0, '10:00'));
    expect(subjects()).toEqual(['Cita confirmada', 'Recordatorio de su cita', 'Su cita empieza en breve']);
  });

  test('a booking made after a reminder would have been due does not get that reminder', async () => {
    clinic.clock.set(at(-1, '11:30'));
    const hoursBefore = await bookMonday();
    expect((await statesOf(hoursBefore)).map(([kind]) => kind)).toEqual(['booked', 'reminder_1h']);
    await advanceTo(clinic, at(0, '15:30'));
    const minutesBefore = await bookMonday('16:15');
    expect((await statesOf(minutesBefore)).map(([kind]) => kind)).toEqual(['booked']);
    await advanceTo(clinic, at(0, '17:00'));
    expect(subjects().filter((subject) => subject === DAY_BEFORE)).toEqual([]);
  });
});

describe('no reminder is sent', () => {
  test('after a cancellation', async () => {
    const { id } = await bookMonday();
    await advanceTo(clinic, at(-1, '10:59'));
    await clinic.client.delete(`/api/bookings/${id}`, { token: patient.token });
    for (const now of [at(-1, '11:00'), at(0, '10:00'), at(0, '12:00')]) await advanceTo(clinic, now);
    expect(subjects()).toEqual([CONFIRMED, 'Appointment cancelled']);
  });

  test('for a time that was rescheduled; the reminders follow the new one', async () => {
    const { id } = await bookMonday();
    await advanceTo(clinic, at(-1, '10:59'));
    const change = { date: dateOf(2), time: '12:00' };
    await clinic.client.patch(`/api/bookings/${id}`, change, { token: patient.token });
    for (const now of [at(-1, '11:00'), at(0, '10:00'), at(1, '11:59')]) await advanceTo(clinic, now);
    expect(subjects()).toEqual([CONFIRMED, 'Appointment moved']);
    await advanceTo(clinic, at(1, '12:00'));
    await advanceTo(clinic, at(2, '11:00'));
    expect(subjects()).toEqual([CONFIRMED, 'Appointment moved', DAY_BEFORE, HOUR_BEFORE]);
    const [, , dayBefore] = await mailbox.mailsTo(patient.email, 4);
    expect(dayBefore!.mail.subject).toContain(', 18:00 (Europe/Madrid)');
  });

  test('for the old time, but again for the new one, if the first was sent before the reschedule', async () => {
    const { id } = await bookMonday();
    await advanceTo(clinic, at(-1, '11:00'));
    await clinic.client.patch(`/api/bookings/${id}`, { date: dateOf(3) }, { token: patient.token });
    await advanceTo(clinic, at(0, '10:00'));
    await advanceTo(clinic, at(2, '11:00'));
    expect(subjects()).toEqual([CONFIRMED, DAY_BEFORE, 'Appointment moved', DAY_BEFORE]);
  });

  test('by a job that was queued before a cancellation and runs after it', async () => {
    const { id } = await bookMonday();
    await waitUntilDueSettled(clinic);
    const { queue } = worker!.get(NotificationQueue);
    await queue.pause();
    clinic.clock.set(at(-1, '11:00'));
    await eventually('the reminder is queued', async () => {
      const notifications = await notificationsOf(clinic, id);
      return notifications.some(({ kind, state }) => kind === 'reminder_24h' && state === 'queued');
    });
    await clinic.client.delete(`/api/bookings/${id}`, { token: patient.token });
    await queue.resume();
    await mailbox.mailsTo(patient.email, 2);
    await eventually('the queue is empty', async () => {
      const { active, waiting } = await queue.getJobCounts('active', 'waiting');
      return active === 0 && waiting === 0;
    });
    await waitUntilDueSettled(clinic);
    expect(subjects()).toEqual([CONFIRMED, 'Appointment cancelled']);
  });

  test('if its booking has been cancelled or rescheduled while the reminder was being retried', async () => {
    const [cancelled, rescheduled] = [await bookMonday(), await bookMonday('12:00')];
    await waitUntilDueSettled(clinic);
    await clinic.client.delete(`/api/bookings/${cancelled.id}`, { token: patient.token });
    await clinic.client.patch(
      `/api/bookings/${rescheduled.id}`,
      { date: dateOf(3) },
      { token: patient.token },
    );
    // The state after a reminder was in progress during the change and the mail server temporarily refused it.
    await clinic.query(
      "UPDATE notifications SET state = 'pending', reason = NULL WHERE booking_version = 1 AND booking_id IN (?, ?)",
      [cancelled.id, rescheduled.id],
    );
    await clinic.query("UPDATE notifications SET state = 'sent' WHERE kind = 'booked'");
    await advanceTo(clinic, at(0, '11:00'));
    expect(
      subjects()
        .filter((subject) => subject !== CONFIRMED)
        .sort(),
    ).toEqual(['Appointment cancelled', 'Appointment moved']);
    expect((await statesOf(cancelled))[2]).toEqual(['reminder_1h', 'cancelled', 'the booking was cancelled']);
    expect((await statesOf(rescheduled))[1]).toEqual(['reminder_24h', 'cancelled', 'the booking was moved']);
  });
});

describe('after an outage', () => {
  const outageUntil = async (now: string) => {
    await workerDown();
    const booking = await bookMonday();
    clinic.clock.set(now);
    await workerUp();
    await waitUntilDueSettled(clinic);
    return booking;
  };

  test('a reminder that is still useful is sent late: the 24-hour one two hours before the start', async () => {
    await outageUntil(at(0, '09:00'));
    expect(subjects()).toEqual([CONFIRMED, DAY_BEFORE]);
    await advanceTo(clinic, at(0, '10:00'));
    expect(subjects()).toEqual([CONFIRMED, DAY_BEFORE, HOUR_BEFORE]);
  });

  test('half an hour before the start, the 1-hour one is sent and the 24-hour one is cancelled with the reason', async () => {
    const booking = await outageUntil(at(0, '10:30'));
    expect(subjects()).toEqual([CONFIRMED, HOUR_BEFORE]);
    expect(await statesOf(booking)).toEqual([
      ['booked', 'sent', null],
      ['reminder_24h', 'cancelled', 'too late: the next reminder takes its place'],
      ['reminder_1h', 'sent', null],
    ]);
  });

  test.each(['11:00:00', '11:20:00'])(
    'none is sent after the start; both are cancelled with the reason: %s',
    async (now) => {
      const booking = await outageUntil(at(0, now));
      expect(subjects()).toEqual([CONFIRMED]);
      expect(await statesOf(booking)).toEqual([
        ['booked', 'sent', null],
        ['reminder_24h', 'cancelled', 'the appointment has begun'],
        ['reminder_1h', 'cancelled', 'the appointment has begun'],
      ]);
    },
  );

  test('a cancelled booking’s other emails are sent in order, and no reminder', async () => {
    await workerDown();
    const { id } = await bookMonday();
    await clinic.client.patch(`/api/bookings/${id}`, { time: '12:00' }, { token: patient.token });
    await clinic.client.delete(`/api/bookings/${id}`, { token: patient.token });
    clinic.clock.set(at(0, '10:30'));
    await workerUp();
    await waitUntilDueSettled(clinic);
    expect(subjects()).toEqual([CONFIRMED, 'Appointment moved', 'Appointment cancelled']);
  });
});

test('a manually added job that names no notification ends without sending anything', async () => {
  const { queue } = worker!.get(NotificationQueue);
  const { id } = await queue.add('send', {} as never);
  const job = await eventually('the job has finished', async () => {
    const found = await queue.getJob(id!);
    return found?.finishedOn === undefined ? undefined : found;
  });
  expect(job.returnvalue).toBe('no notification');
});
