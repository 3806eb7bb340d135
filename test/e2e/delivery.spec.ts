import type { INestApplicationContext } from '@nestjs/common';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { book, type BookingJson, slotsOf } from '../support/appointments.js';
import { Clinic, type DoctorPerson, type Person } from '../support/clinic.js';
import { eventually } from '../support/eventually.js';
import { Mailbox, type ReceivedMail } from '../support/mailbox.js';
import { waitUntilDueSettled, notificationsOf } from '../support/notifications.js';
import { expectProblem } from '../support/problems.js';
import { expectRefusal } from '../support/refusals.js';
import { startWorker } from '../support/worker.js';

type Row = { id: number; booking_id: number; kind: string; state: string; attempts: number; reason: string };

let mailbox: Mailbox;
let clinic: Clinic;
let worker: INestApplicationContext;
let doctor: DoctorPerson;
let admin: Person;
let patient: Person;

beforeAll(async () => {
  mailbox = await Mailbox.open();
  clinic = await Clinic.open({ env: { SMTP_URL: mailbox.url } });
  worker = await startWorker(clinic.environment, clinic.clock);
  admin = await clinic.admin();
});
beforeEach(async () => {
  mailbox.onRecipient = () => undefined;
  mailbox.onMail = () => undefined;
  doctor = await clinic.doctor();
  patient = await clinic.patient();
});
afterAll(async () => {
  await worker?.close();
  await clinic?.close();
  await mailbox?.close();
});

const bookAt = (date: string, time: string) => book(clinic, patient, doctor, { date, time });
const reschedule = ({ id }: BookingJson, change: object) =>
  clinic.client.patch(`/api/bookings/${id}`, change, { token: patient.token });
const cancel = ({ id }: BookingJson) => clinic.client.delete(`/api/bookings/${id}`, { token: patient.token });
const subjects = () =>
  mailbox.received.filter(({ to }) => to === patient.email).map(({ mail }) => mail.subject!.split(':')[0]);
const stateOf = async ({ id }: BookingJson, kind: string) =>
  (await notificationsOf(clinic, id)).find((notification) => notification.kind === kind);

/** From now on the mail server receives the patient's emails without acknowledging them, until `release` is called. */
function hang(): { heldEmail: () => ReceivedMail | undefined; release: () => void } {
  let held: ReceivedMail | undefined;
  let release!: () => void;
  const released = new Promise<void>((resolve) => (release = resolve));
  mailbox.onMail = (mail) => {
    if (mail.to !== patient.email) return;
    held ??= mail;
    return released;
  };
  return { heldEmail: () => held, release };
}

/** The mail server refuses the next `times` emails to the patient. */
function refuse(times: number, responseCode: number, message: string): void {
  let left = times;
  mailbox.onRecipient = (address) =>
    address === patient.email && left-- > 0 ? { responseCode, message } : undefined;
}

const waitUntilHeld = (hanging: ReturnType<typeof hang>) =>
  eventually('the mail server holds an email', () => Promise.resolve(hanging.heldEmail()));

describe('sending never delays or fails an API answer', () => {
  test('booking, rescheduling, cancelling and listing slots work while the mail server hangs', async () => {
    const hanging = hang();
    const first = await bookAt('2026-03-02', '09:00');
    await waitUntilHeld(hanging);
    const second = await bookAt('2026-03-02', '10:00');
    expect((await reschedule(first, { time: '11:00' })).status).toBe(200);
    expect((await cancel(second)).status).toBe(200);
    expect(await slotsOf(clinic, patient, doctor, '2026-03-02')).toContain('10:00');
    // The mail server has acknowledged nothing so far.
    expect(subjects()).toEqual([]);
    hanging.release();
    expect(await mailbox.mailsTo(patient.email, 4)).toHaveLength(4);
  });

  test('booking, rescheduling and cancelling work while the mail server refuses every email', async () => {
    refuse(Infinity, 451, 'try later');
    const booking = await bookAt('2026-03-02', '09:00');
    expect((await reschedule(booking, { time: '10:00' })).status).toBe(200);
    expect((await cancel(booking)).body).toEqual({ message: 'Booking cancelled successfully' });
  });
});

describe('the emails of a booking arrive in order', () => {
  test('confirmation, new time, cancellation, even if the mail server delays the first', async () => {
    const hanging = hang();
    const booking = await bookAt('2026-03-03', '09:00');
    await waitUntilHeld(hanging);
    await reschedule(booking, { time: '10:00' });
    await reschedule(booking, { time: '11:00' });
    await cancel(booking);
    await eventually('the cancellation waits', async () =>
      (await stateOf(booking, 'cancelled'))?.reason?.includes('waits'),
    );
    expect(subjects()).toEqual([]);
    hanging.release();
    await mailbox.mailsTo(patient.email, 3);
    expect(subjects()).toEqual(['Appointment confirmed', 'Appointment moved', 'Appointment cancelled']);
  });

  test('even if the mail server temporarily refuses the confirmation', async () => {
    refuse(2, 450, 'busy');
    const booking = await bookAt('2026-03-03', '09:00');
    await cancel(booking);
    await eventually('both emails', async () => {
      await waitUntilDueSettled(clinic);
      clinic.clock.advance({ seconds: 5 });
      return subjects().length === 2;
    });
    expect(subjects()).toEqual(['Appointment confirmed', 'Appointment cancelled']);
    expect(await stateOf(booking, 'booked')).toMatchObject({ state: 'sent', attempts: 3, reason: null });
  });

  test('a reminder does not overtake the confirmation', async () => {
    clinic.clock.set('2026-03-08T09:59:30+01:00');
    const hanging = hang();
    const booking = await bookAt('2026-03-09', '10:00');
    await waitUntilHeld(hanging);
    clinic.clock.set('2026-03-08T10:00:00+01:00');
    await eventually('the reminder waits', async () =>
      (await stateOf(booking, 'reminder_24h'))?.reason?.includes('waits'),
    );
    hanging.release();
    await mailbox.mailsTo(patient.email, 2);
    expect(subjects()).toEqual(['Appointment confirmed', 'Appointment reminder']);
  });

  test('a cancellation does not overtake a reminder that is being sent, so no reminder follows it', async () => {
    clinic.clock.set('2026-03-15T09:00:00+01:00');
    const booking = await bookAt('2026-03-16', '10:00');
    await waitUntilDueSettled(clinic);
    const hanging = hang();
    clinic.clock.set('2026-03-15T10:00:00+01:00');
    await waitUntilHeld(hanging);
    await cancel(booking);
    await eventually('the cancellation waits', async () =>
      (await stateOf(booking, 'cancelled'))?.reason?.includes('waits'),
    );
    hanging.release();
    await mailbox.mailsTo(patient.email, 3);
    expect(subjects()).toEqual(['Appointment confirmed', 'Appointment reminder', 'Appointment cancelled']);
  });

  test('the emails of the patient’s other bookings do not wait', async () => {
    const hanging = hang();
    await bookAt('2026-03-17', '09:00');
    await waitUntilHeld(hanging);
    mailbox.onMail = () => undefined;
    await bookAt('2026-03-17', '10:00');
    const [other] = await mailbox.mailsTo(patient.email, 1);
    expect(other!.mail.subject).toContain('10:00');
    hanging.release();
    await mailbox.mailsTo(patient.email, 2);
  });
});

describe('an email to an address that the mail server rejects', () => {
  const listed = async (state: string, token: string) =>
    clinic.client.get<Row[]>(`/api/notifications?state=${state}`, { token });

  test('is listed as dead for an admin, without the address, and can be retried', async () => {
    refuse(Infinity, 550, `5.1.1 <${patient.email}>: no such user`);
    const booking = await bookAt('2026-03-18', '09:00');
    const dead = await eventually('the notification is dead', async () =>
      (await listed('dead', admin.token)).body.find(({ booking_id }) => booking_id === booking.id),
    );
    expect(dead).toMatchObject({ kind: 'booked', state: 'dead', attempts: 1 });
    expect(dead.reason).toContain('no such user');
    expect(JSON.stringify(dead)).not.toContain(patient.email);

    mailbox.onRecipient = () => undefined;
    const retry = () =>
      clinic.client.post(`/api/notifications/${dead.id}/retry`, undefined, { token: admin.token });
    expect((await retry()).status).toBe(200);
    const [arrived] = await mailbox.mailsTo(patient.email, 1);
    expect(arrived!.mail.subject).toContain('Appointment confirmed');
    await waitUntilDueSettled(clinic);
    expect((await listed('dead', admin.token)).body.map(({ id }) => id)).not.toContain(dead.id);
    // A sent notification is not dead, so it cannot be retried.
    expectProblem(await retry(), { status: 404, code: 'NOT_DEAD' });
  });

  test('does not block the later emails of its booking', async () => {
    refuse(1, 550, 'gone');
    const booking = await bookAt('2026-03-18', '10:00');
    await eventually(
      'the confirmation is dead',
      async () => (await stateOf(booking, 'booked'))?.state === 'dead',
    );
    await cancel(booking);
    await mailbox.mailsTo(patient.email, 1);
    expect(subjects()).toEqual(['Appointment cancelled']);
  });

  test('is retried after a temporary refusal, with the same Message-ID', async () => {
    const ids: (string | undefined)[] = [];
    mailbox.onMail = ({ to, mail }) => {
      if (to !== patient.email) return;
      ids.push(mail.messageId);
      if (ids.length < 3) throw Object.assign(new Error('greylisted'), { responseCode: 451 });
    };
    const booking = await bookAt('2026-03-18', '11:00');
    await eventually('the email has arrived', async () => {
      await waitUntilDueSettled(clinic);
      clinic.clock.advance({ seconds: 5 });
      return subjects().length === 1;
    });
    expect(ids).toHaveLength(3);
    expect(new Set(ids).size).toBe(1);
    expect(await stateOf(booking, 'booked')).toMatchObject({ state: 'sent', attempts: 3 });
  });

  test('can be seen and retried only by an admin', async () => {
    for (const { token } of [patient, doctor]) {
      expectProblem(await listed('dead', token), { status: 403, detail: 'Forbidden' });
      const retried = await clinic.client.post('/api/notifications/1/retry', undefined, { token });
      expectProblem(retried, { status: 403, detail: 'Forbidden' });
    }
    expectProblem(await clinic.client.get('/api/notifications?state=dead'), { status: 401 });
    expectRefusal(await listed('lost', admin.token), 'VALIDATION_FAILED');
  });
});
