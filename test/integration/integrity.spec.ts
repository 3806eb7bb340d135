import { readFileSync } from 'node:fs';
import type { INestApplicationContext } from '@nestjs/common';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { requestBooking, book } from '../support/appointments.js';
import type { Clinic, Person } from '../support/clinic.js';
import { EVERY_DAY, ExaminedClinic } from '../support/examined-clinic.js';
import { waitUntilDueSettled } from '../support/notifications.js';
import { cancel, reschedule } from '../support/races.js';
import { datesOfChange } from '../support/wall-clock.js';
import { startWorker } from '../support/worker.js';

const HOUR_MS = 3_600_000;

let exam: ExaminedClinic;
let clinic: Clinic;
let patient: Person;

beforeAll(async () => {
  exam = await ExaminedClinic.open();
  ({ clinic, patient } = exam);
});

afterEach(() => exam.undoAll());

afterAll(() => exam?.close());

describe('a booking records the evidence on which it took its time', () => {
  type Evidence = { day_version: number; open_from: Date; open_until: Date };

  async function evidence(table: 'bookings' | 'exceptions', id: number): Promise<Evidence> {
    return (await clinic.query<Evidence>(`SELECT * FROM ${table} WHERE id = ?`, [id]))[0]!;
  }

  test('each booking or exception that takes a date gets a higher version of it, also after a reschedule', async () => {
    const { doctor, booking } = await exam.newBooking();
    const blocked = await exam.block(doctor, booking.date, '18:00', '19:00');
    const second = await book(clinic, patient, doctor, { date: booking.date, time: '12:00' });
    const other = await book(clinic, patient, doctor, { date: exam.inDays(10), time: '12:00' });
    expect((await evidence('bookings', other.id)).day_version).toBe(1);
    await reschedule(clinic, patient, other.id, { date: booking.date, time: '13:00' });
    await reschedule(clinic, patient, booking.id, { time: '09:00' });
    const versions = [
      await evidence('exceptions', blocked),
      ...(await Promise.all([second, other, booking].map(({ id }) => evidence('bookings', id)))),
    ].map(({ day_version }) => day_version);
    expect(versions).toEqual([2, 3, 4, 5]);
  });

  test('the open time is that of all touching windows when it was made; a reschedule records it again', async () => {
    const { doctor, booking } = await exam.newBooking({ time: '11:45' });
    const midnight = Date.parse(booking.starts_at) - 11.75 * HOUR_MS;
    const asBooked = { open_from: new Date(midnight), open_until: new Date(midnight + 20 * HOUR_MS) };
    expect(await evidence('bookings', booking.id)).toMatchObject(asBooked);
    await clinic.query("DELETE FROM availability_windows WHERE doctor_id = ? AND start_time = '00:00'", [
      doctor.doctorId,
    ]);
    expect(await evidence('bookings', booking.id)).toMatchObject(asBooked);
    await reschedule(clinic, patient, booking.id, { time: '12:15' });
    expect(await evidence('bookings', booking.id)).toMatchObject({
      open_from: new Date(midnight + 12 * HOUR_MS),
      open_until: new Date(midnight + 20 * HOUR_MS),
    });
  });
});

describe('a healthy clinic has no findings', () => {
  let worker: INestApplicationContext | undefined;

  afterAll(() => worker?.close());

  test('with bookings made, rescheduled, lengthened and cancelled, and exceptions before and after', async () => {
    const { doctor, booking } = await exam.newBooking();
    const { date } = booking;
    await exam.block(doctor, date, '14:00', '15:00');
    const other = await book(clinic, patient, doctor, { date, time: '13:30' });
    await exam.block(doctor, date, '09:00', '14:00');
    await exam.block(doctor, exam.inDays(10));
    await reschedule(clinic, patient, other.id, { time: '15:00', duration: 90 });
    await reschedule(clinic, patient, other.id, { date: exam.inDays(11), time: '00:00' });
    await book(clinic, patient, doctor, { date: exam.inDays(11), time: '01:30' });
    await cancel(clinic, patient, booking.id);
    expect((await reschedule(clinic, patient, other.id, { date: exam.inDays(10) })).status).toBe(400);
    expect(await exam.findings()).toEqual([]);
  });

  test('around the hours that clock changes skip or repeat, in any zone', async () => {
    const thisYear = new Date(clinic.clock.now()).getUTCFullYear();
    let booked = 0;
    for (const timezone of ['Europe/Madrid', 'America/Santiago', 'Australia/Lord_Howe', 'Africa/Cairo']) {
      const doctor = await clinic.doctor({ timezone, week: EVERY_DAY });
      const changes = datesOfChange(timezone, thisYear, thisYear + 1).filter((date) => date > exam.inDays(2));
      for (const date of changes.slice(0, 2)) {
        await exam.block(doctor, date, '04:30', '05:00');
        for (const time of ['00:00', '00:45', '01:30', '02:30', '03:15', '05:00']) {
          const { status } = await requestBooking(clinic, patient, doctor, { date, time, duration: 45 });
          booked += status === 201 ? 1 : 0;
        }
        await exam.block(doctor, date, '00:00', '04:00');
      }
    }
    expect(booked).toBeGreaterThan(20);
    expect(await exam.findings()).toEqual([]);
  });

  test('with bookings at the last moment and exactly when a reminder is due', async () => {
    const doctor = await clinic.doctor({ timezone: 'UTC', week: EVERY_DAY });
    const now = new Date(clinic.clock.now()).toISOString();
    const date = exam.inDays(5);
    try {
      for (const [time, hoursBefore] of [
        ['12:00', 24],
        ['13:00', 1],
        ['14:00', 0.5],
      ] as const) {
        clinic.clock.set(new Date(Date.parse(`${date}T${time}Z`) - hoursBefore * HOUR_MS).toISOString());
        await book(clinic, patient, doctor, { date, time });
      }
    } finally {
      clinic.clock.set(now);
    }
    expect(await exam.findings()).toEqual([]);
  });

  test('with rows from before evidence was recorded', async () => {
    const { doctor, booking } = await exam.newBooking();
    await exam.block(doctor, booking.date, '09:00', '11:00');
    await clinic.query('UPDATE exceptions SET day_version = NULL WHERE doctor_id = ?', [doctor.doctorId]);
    expect(await exam.findings()).toEqual([]);
    await clinic.query('UPDATE exceptions SET day_version = 0 WHERE doctor_id = ?', [doctor.doctorId]);
    await clinic.query(
      'UPDATE bookings SET day_version = NULL, open_from = NULL, open_until = NULL WHERE id = ?',
      [booking.id],
    );
    expect(await exam.findings()).toEqual([]);
  });

  test('while a worker sends, and afterwards', async () => {
    worker = await startWorker(clinic.environment);
    const { booking } = await exam.newBooking();
    await reschedule(clinic, patient, booking.id, { time: '11:00' });
    expect(await exam.findings()).toEqual([]);
    await waitUntilDueSettled(clinic);
    expect((await exam.mailbox.mailsTo(patient.email, 2)).length).toBeGreaterThan(1);
    expect(await exam.findings()).toEqual([]);
    await worker.close();
    worker = undefined;
  });
});

describe('GET /api/integrity', () => {
  test('answers only admins, with all checks', async () => {
    const { booking } = await exam.newBooking();
    await exam.change('bookings', { id: booking.id }, 'updated_at = starts_at');
    const { status, body } = await clinic.client.get<{ healthy: boolean; checks: Record<string, unknown>[] }>(
      '/api/integrity',
      await clinic.admin(),
    );
    expect(status).toBe(200);
    expect(body.healthy).toBe(false);
    expect(
      body.checks.map(({ code, findings_total }) => `${String(code)} ${String(findings_total)}`),
    ).toEqual([
      'BAD_TIME_ZONE 0',
      'OVERLAP 0',
      'WRONG_INSTANTS 0',
      'OUTSIDE_OPEN_TIME 0',
      'NOT_IN_FUTURE 1',
      'DESPITE_EXCEPTION 0',
      'DAY_VERSION 0',
      'LEDGER_NEWS 0',
      'LEDGER_REMINDER 0',
      'STUCK_LEASE 0',
      'OVERDUE 0',
      'FAILING 0',
      'SHARED_MAILBOX 0',
      'JOB_WITHOUT_ROW 0',
    ]);
    expect(body.checks[4]!.findings).toEqual([
      {
        code: 'NOT_IN_FUTURE',
        subject: `booking ${booking.id}`,
        detail: expect.anything() as unknown,
        remedy: expect.anything() as unknown,
      },
    ]);
    const doctor = await clinic.doctor();
    for (const [person, refused] of [
      [patient, 403],
      [doctor, 403],
      [{}, 401],
    ] as const) {
      expect((await clinic.client.get('/api/integrity', person)).status).toBe(refused);
    }
    await exam.undoAll();
    const again = await clinic.client.get<{ healthy: boolean }>('/api/integrity', await clinic.admin());
    expect(again.body.healthy).toBe(true);
  });

  test('each code is explained in the manual', async () => {
    const manual = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');
    for (const { code } of (await exam.runCheck()).checks) expect(manual).toContain(`| \`${code}\``);
  });
});
