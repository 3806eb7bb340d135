import type { INestApplicationContext } from '@nestjs/common';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { NotificationQueue } from '../../src/notifications/notification-queue.js';
import { book, type BookingJson } from '../support/appointments.js';
import { Clinic, type DoctorPerson, type Person } from '../support/clinic.js';
import { eventually } from '../support/eventually.js';
import { Mailbox } from '../support/mailbox.js';
import { allDueSettled, goTo, messagesOf } from '../support/messages.js';
import { startWorker } from '../support/worker.js';

let mailbox: Mailbox;
let clinic: Clinic;
let worker: INestApplicationContext | undefined;
let doctor: DoctorPerson;
let patient: Person;
/** Each test has a week of its own, later than the one before, since the clock only goes forward. */
let week = 0;

beforeAll(async () => {
  mailbox = await Mailbox.open();
  clinic = await Clinic.open({ env: { SMTP_URL: mailbox.url } });
  // In Santiago it is 11:00 when it is 15:00 at the clinic, in Madrid.
  doctor = await clinic.doctor({ timezone: 'America/Santiago' });
  await workerUp();
});
beforeEach(async () => {
  week += 1;
  patient = await clinic.patient();
  await goTo(clinic, at(-4, '09:00'));
});
afterAll(async () => {
  await workerDown();
  await clinic?.close();
  await mailbox?.close();
});

/** A date of the test's own week; 0 is its Monday. From 13 April to September no clock changes here or there. */
function dateOf(day: number): string {
  return new Date(Date.UTC(2026, 3, 13 + (week - 1) * 7 + day)).toISOString().slice(0, 10);
}

/** Wall time in Santiago, in winter. */
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
  (await messagesOf(clinic, id)).map(({ kind, state, reason }) => [kind, state, reason]);

const longDate = (date: string) =>
  new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' }).format(new Date(date));

const CONFIRMED = 'Appointment confirmed';
const DAY_BEFORE = 'Appointment reminder';
const HOUR_BEFORE = 'Your appointment starts soon';

describe('reminders 24 hours and 1 hour before', () => {
  test('each goes out at its moment, not a second earlier, and none twice', async () => {
    const booking = await bookMonday();
    await goTo(clinic, at(-1, '10:59:59'));
    expect(subjects()).toEqual([CONFIRMED]);
    await goTo(clinic, at(-1, '11:00'));
    expect(subjects()).toEqual([CONFIRMED, DAY_BEFORE]);
    await goTo(clinic, at(0, '09:59:59'));
    expect(subjects()).toEqual([CONFIRMED, DAY_BEFORE]);
    await goTo(clinic, at(0, '10:00'));
    await workerDown();
    await workerUp();
    for (const now of ['10:30', '11:00', '11:30', '23:00']) await goTo(clinic, at(0, now));
    expect(subjects()).toEqual([CONFIRMED, DAY_BEFORE, HOUR_BEFORE]);
    expect((await statesOf(booking)).map(([, state]) => state)).toEqual(['sent', 'sent', 'sent']);
  });

  test('they name the doctor, the date and the time, in the clinic’s time zone, with the zone named', async () => {
    await bookMonday('16:30');
    await goTo(clinic, at(-1, '16:30'));
    await goTo(clinic, at(0, '15:30'));
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

  test('in the language of the account', async () => {
    patient = await clinic.patient('es');
    await bookMonday();
    await goTo(clinic, at(-1, '11:00'));
    await goTo(clinic, at(0, '10:00'));
    expect(subjects()).toEqual(['Cita confirmada', 'Recordatorio de su cita', 'Su cita empieza en breve']);
  });

  test('a booking made later than a reminder’s moment gets none of that kind', async () => {
    clinic.clock.set(at(-1, '11:30'));
    const hoursBefore = await bookMonday();
    expect((await statesOf(hoursBefore)).map(([kind]) => kind)).toEqual(['booked', 'reminder_1h']);
    await goTo(clinic, at(0, '15:30'));
    const minutesBefore = await bookMonday('16:15');
    expect((await statesOf(minutesBefore)).map(([kind]) => kind)).toEqual(['booked']);
    await goTo(clinic, at(0, '17:00'));
    expect(subjects().filter((subject) => subject === DAY_BEFORE)).toEqual([]);
  });
});

describe('no reminder goes out', () => {
  test('after a cancellation', async () => {
    const { id } = await bookMonday();
    await goTo(clinic, at(-1, '10:59'));
    await clinic.client.delete(`/api/bookings/${id}`, { token: patient.token });
    for (const now of [at(-1, '11:00'), at(0, '10:00'), at(0, '12:00')]) await goTo(clinic, now);
    expect(subjects()).toEqual([CONFIRMED, 'Appointment cancelled']);
  });

  test('for a time that was moved; the reminders follow to the new one', async () => {
    const { id } = await bookMonday();
    await goTo(clinic, at(-1, '10:59'));
    const change = { date: dateOf(2), time: '12:00' };
    await clinic.client.patch(`/api/bookings/${id}`, change, { token: patient.token });
    for (const now of [at(-1, '11:00'), at(0, '10:00'), at(1, '11:59')]) await goTo(clinic, now);
    expect(subjects()).toEqual([CONFIRMED, 'Appointment moved']);
    await goTo(clinic, at(1, '12:00'));
    await goTo(clinic, at(2, '11:00'));
    expect(subjects()).toEqual([CONFIRMED, 'Appointment moved', DAY_BEFORE, HOUR_BEFORE]);
    const [, , dayBefore] = await mailbox.mailsTo(patient.email, 4);
    expect(dayBefore!.mail.subject).toContain(', 18:00 (Europe/Madrid)');
  });

  test('for the old time, but again for the new, where the first reminder had gone out before the move', async () => {
    const { id } = await bookMonday();
    await goTo(clinic, at(-1, '11:00'));
    await clinic.client.patch(`/api/bookings/${id}`, { date: dateOf(3) }, { token: patient.token });
    await goTo(clinic, at(0, '10:00'));
    await goTo(clinic, at(2, '11:00'));
    expect(subjects()).toEqual([CONFIRMED, DAY_BEFORE, 'Appointment moved', DAY_BEFORE]);
  });

  test('when a job that was queued before a cancellation fires after it', async () => {
    const { id } = await bookMonday();
    await allDueSettled(clinic);
    const { queue } = worker!.get(NotificationQueue);
    await queue.pause();
    clinic.clock.set(at(-1, '11:00'));
    await eventually('the reminder is queued', async () => {
      const messages = await messagesOf(clinic, id);
      return messages.some(({ kind, state }) => kind === 'reminder_24h' && state === 'queued');
    });
    await clinic.client.delete(`/api/bookings/${id}`, { token: patient.token });
    await queue.resume();
    await mailbox.mailsTo(patient.email, 2);
    await eventually('the queue is empty', async () => {
      const { active, waiting } = await queue.getJobCounts('active', 'waiting');
      return active === 0 && waiting === 0;
    });
    await allDueSettled(clinic);
    expect(subjects()).toEqual([CONFIRMED, 'Appointment cancelled']);
  });

  test('when a reminder comes to be sent although its booking was cancelled or moved', async () => {
    const [gone, moved] = [await bookMonday(), await bookMonday('12:00')];
    await allDueSettled(clinic);
    await clinic.client.delete(`/api/bookings/${gone.id}`, { token: patient.token });
    await clinic.client.patch(`/api/bookings/${moved.id}`, { date: dateOf(3) }, { token: patient.token });
    // As it is when the reminder was being sent at that very moment and the mail server then refused it for now.
    await clinic.query(
      "UPDATE notifications SET state = 'pending', reason = NULL WHERE booking_version = 1 AND booking_id IN (?, ?)",
      [gone.id, moved.id],
    );
    await clinic.query("UPDATE notifications SET state = 'sent' WHERE kind = 'booked'");
    await goTo(clinic, at(0, '11:00'));
    expect(
      subjects()
        .filter((subject) => subject !== CONFIRMED)
        .sort(),
    ).toEqual(['Appointment cancelled', 'Appointment moved']);
    expect((await statesOf(gone))[2]).toEqual(['reminder_1h', 'cancelled', 'the booking was cancelled']);
    expect((await statesOf(moved))[1]).toEqual(['reminder_24h', 'cancelled', 'the booking was moved']);
  });
});

describe('after an outage', () => {
  const outageUntil = async (now: string) => {
    await workerDown();
    const booking = await bookMonday();
    clinic.clock.set(now);
    await workerUp();
    await allDueSettled(clinic);
    return booking;
  };

  test('a reminder that still makes sense goes out late: the day’s, two hours before the start', async () => {
    await outageUntil(at(0, '09:00'));
    expect(subjects()).toEqual([CONFIRMED, DAY_BEFORE]);
    await goTo(clinic, at(0, '10:00'));
    expect(subjects()).toEqual([CONFIRMED, DAY_BEFORE, HOUR_BEFORE]);
  });

  test('half an hour before the start the last hour’s goes out, and the day’s ends as cancelled with the reason', async () => {
    const booking = await outageUntil(at(0, '10:30'));
    expect(subjects()).toEqual([CONFIRMED, HOUR_BEFORE]);
    expect(await statesOf(booking)).toEqual([
      ['booked', 'sent', null],
      ['reminder_24h', 'cancelled', 'too late: the reminder of the last hour takes its place'],
      ['reminder_1h', 'sent', null],
    ]);
  });

  test.each(['11:00:00', '11:20:00'])(
    'none goes out after the start; both end as cancelled with the reason: %s',
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

  test('of a cancelled booking the news go out in their order, and no reminder', async () => {
    await workerDown();
    const { id } = await bookMonday();
    await clinic.client.patch(`/api/bookings/${id}`, { time: '12:00' }, { token: patient.token });
    await clinic.client.delete(`/api/bookings/${id}`, { token: patient.token });
    clinic.clock.set(at(0, '10:30'));
    await workerUp();
    await allDueSettled(clinic);
    expect(subjects()).toEqual([CONFIRMED, 'Appointment moved', 'Appointment cancelled']);
  });
});

test('a job that was added by hand and names no notification ends as one', async () => {
  const { queue } = worker!.get(NotificationQueue);
  const { id } = await queue.add('send', {} as never);
  const job = await eventually('it has ended', async () => {
    const found = await queue.getJob(id!);
    return found?.finishedOn === undefined ? undefined : found;
  });
  expect(job.returnvalue).toBe('no notification');
});
