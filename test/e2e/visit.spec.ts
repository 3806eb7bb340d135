import type { INestApplicationContext } from '@nestjs/common';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Clinic } from '../support/clinic.js';
import { Mailbox } from '../support/mailbox.js';
import { startWorker } from '../support/worker.js';

let mailbox: Mailbox;
let clinic: Clinic;
let worker: INestApplicationContext;

beforeAll(async () => {
  mailbox = await Mailbox.open();
  clinic = await Clinic.open({ env: { SMTP_URL: mailbox.url } });
  worker = await startWorker(clinic.environment, clinic.clock);
});

afterAll(async () => {
  await worker?.close();
  await clinic?.close();
  await mailbox?.close();
});

test('a patient lists slots, books, lists bookings, cancels, and receives both emails', async () => {
  const { client } = clinic;
  const { doctorId } = await clinic.doctor();
  const { token, email } = await clinic.patient();
  const slots = `/api/bookings/available-slots?doctor_id=${doctorId}&date=2026-03-02`;

  const before = await client.get<string[]>(slots, { token });
  expect(before.body).toContain('09:00');

  const booked = await client.post(
    '/api/bookings',
    { doctor_id: doctorId, date: '2026-03-02', time: '09:00' },
    { token },
  );
  expect(booked.status).toBe(201);
  expect((await client.get<string[]>(slots, { token })).body).not.toContain('09:00');
  const [confirmation] = await mailbox.mailsTo(email, 1);
  expect(confirmation!.mail.subject).toContain('09:00');

  const mine = await client.get<{ id: number }[]>('/api/bookings/me', { token });
  expect(mine.body.map(({ id }) => id)).toEqual([booked.body.id]);

  const cancelled = await client.delete(`/api/bookings/${booked.body.id}`, { token });
  expect(cancelled.body).toEqual({ message: 'Booking cancelled successfully' });
  const [, cancellation] = await mailbox.mailsTo(email, 2);
  expect(cancellation!.mail.subject).toMatch(/cancelled/i);
  expect((await client.get<string[]>(slots, { token })).body).toContain('09:00');
});
