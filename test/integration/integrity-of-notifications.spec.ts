import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { NotificationQueue } from '../../src/notifications/notification-queue.js';
import type { Clinic, Person } from '../support/clinic.js';
import { ExaminedClinic } from '../support/examined-clinic.js';
import { bookFor, insertPatient } from '../support/patients.js';
import { cancel, reschedule } from '../support/races.js';

let exam: ExaminedClinic;
let clinic: Clinic;
let patient: Person;

beforeAll(async () => {
  exam = await ExaminedClinic.open();
  ({ clinic, patient } = exam);
});

afterEach(() => exam.undoAll());

afterAll(() => exam?.close());

describe('notifications that are missing from the ledger', () => {
  /** A booking at version 4: booked, rescheduled twice, cancelled. */
  async function cancelledAtVersion4(): Promise<number> {
    const { booking } = await exam.newBooking();
    await reschedule(clinic, patient, booking.id, { time: '11:00' });
    await reschedule(clinic, patient, booking.id, { time: '12:00' });
    await cancel(clinic, patient, booking.id);
    return booking.id;
  }

  test.each([
    ['booked', 1, /cancelled and at version 4, .* lacks 'booked' of version 1$/],
    ['moved', 2, /lacks 1 of 2 'moved' of versions 2 to 3$/],
    ['moved', 3, /lacks 1 of 2 'moved' of versions 2 to 3$/],
    ['cancelled', 4, /lacks 'cancelled' of version 4$/],
  ])('are found: %s of version %i', async (kind, version, detail) => {
    const id = await cancelledAtVersion4();
    await exam.deleteRows('notifications', 'booking_id = ? AND booking_version = ? AND kind = ?', [
      id,
      version,
      kind,
    ]);
    await exam.expectOnly({
      code: 'LEDGER_NEWS',
      subject: `booking ${id}`,
      detail,
      remedy: 'write the notification into the ledger',
    });
  });

  test('are all found at once, also for live bookings and for those cancelled without a notification', async () => {
    const [cancelled, { booking }, { booking: silent }] = [
      await cancelledAtVersion4(),
      await exam.newBooking(),
      await exam.newBooking(),
    ];
    await reschedule(clinic, patient, booking.id, { time: '11:00' });
    const news = "kind IN ('booked', 'moved', 'cancelled')";
    await exam.deleteRows('notifications', `booking_id = ? AND ${news}`, [cancelled]);
    await exam.deleteRows('notifications', `booking_id = ? AND ${news}`, [booking.id]);
    await exam.change('bookings', { id: silent.id }, "status = 'cancelled'");
    await exam.expectOnly(
      {
        detail: /'booked' of version 1, 2 of 2 'moved' of .*, 'cancelled' of version 4$/,
      },
      {
        detail: /is booked .* lacks 'booked' of version 1, 1 of 1 'moved' of versions 2 to 2$/,
      },
      { subject: `booking ${silent.id}`, detail: /lacks 'cancelled' of version 1$/ },
    );
  });

  test.each([[['reminder_24h']], [['reminder_1h']], [['reminder_24h', 'reminder_1h']]])(
    'are found: %j of a live booking, for its current version',
    async (kinds) => {
      const { booking } = await exam.newBooking();
      await reschedule(clinic, patient, booking.id, { time: '11:00' });
      const of = 'booking_id = ? AND booking_version = ? AND kind IN (?)';
      await exam.deleteRows('notifications', of, [booking.id, 1, kinds]);
      await exam.expectOnly();
      await exam.deleteRows('notifications', of, [booking.id, 2, kinds]);
      await exam.expectOnly({
        code: 'LEDGER_REMINDER',
        subject: `booking ${booking.id}`,
        detail: new RegExp(`as version 2, for which the ledger lacks ${kinds.join(' and ')}$`),
        remedy: 'If the reminder can still come in time',
      });
    },
  );
});

describe('notifications that no worker handles', () => {
  /** The confirmation of a new booking, changed as a dead worker would leave it. */
  async function confirmation(set: string): Promise<{ id: number; bookingId: number }> {
    const { booking } = await exam.newBooking();
    const key = { booking_id: booking.id, kind: 'booked' };
    await exam.change('notifications', key, set);
    const [row] = await clinic.query<{ id: number }>(
      "SELECT id FROM notifications WHERE booking_id = ? AND kind = 'booked'",
      [booking.id],
    );
    return { id: row!.id, bookingId: booking.id };
  }

  test.each(['queued', 'sending'])(
    'are found: %s, with a lease that ran out more than 5 minutes ago',
    async (state) => {
      const { id, bookingId } = await confirmation(
        `state = '${state}', leased_until = UTC_TIMESTAMP(3) - INTERVAL 301 SECOND`,
      );
      await exam.expectOnly({
        code: 'STUCK_LEASE',
        subject: `notification ${id}`,
        detail: `booked of booking ${bookingId} is ${state}, and its lease ran out at 20`,
        remedy: 'See that a worker runs',
      });
    },
  );

  test('are found: queued without a lease; the remedy releases them', async () => {
    const { id } = await confirmation("state = 'queued', leased_until = NULL");
    const [finding] = await exam.findings();
    expect(finding).toMatchObject({ code: 'STUCK_LEASE', subject: `notification ${id}` });
    await clinic.query(/UPDATE .*(?=\.$)/.exec(finding!.remedy)![0]);
    await exam.expectOnly();
  });

  test('are found: due for more than 15 minutes', async () => {
    const { id, bookingId } = await confirmation('due_at = UTC_TIMESTAMP(3) - INTERVAL 901 SECOND');
    await exam.expectOnly({
      code: 'OVERDUE',
      subject: `notification ${id}`,
      detail: `booked of booking ${bookingId} has been due since 20`,
      remedy: 'See that a worker runs',
    });
  });

  test.each([
    "state = 'queued', leased_until = UTC_TIMESTAMP(3) - INTERVAL 270 SECOND",
    "state = 'sending', leased_until = UTC_TIMESTAMP(3) + INTERVAL 30 SECOND, due_at = UTC_TIMESTAMP(3) - INTERVAL 1 DAY",
    'due_at = UTC_TIMESTAMP(3) - INTERVAL 870 SECOND',
    "state = 'dead', due_at = UTC_TIMESTAMP(3) - INTERVAL 1 DAY, settled_at = UTC_TIMESTAMP(3)",
    "state = 'sent', due_at = UTC_TIMESTAMP(3) - INTERVAL 1 DAY, settled_at = UTC_TIMESTAMP(3)",
  ])('are not found while they are on time, or once they are settled: %s', async (set) => {
    await confirmation(set);
    await exam.expectOnly();
  });

  test('are all counted, and the first hundred are listed', async () => {
    const { booking } = await exam.newBooking();
    const versions = Array.from({ length: 120 }, (_, index) => index + 2);
    await clinic.query(
      `INSERT INTO notifications (booking_id, booking_version, kind, starts_at, duration_minutes, due_at, state,
                                  message_id, created_at)
       VALUES ${versions.map(() => "(?, ?, 'moved', NOW(), 30, '2020-01-01', 'pending', 'x', NOW())").join()}`,
      versions.flatMap((version) => [booking.id, version]),
    );
    const { checks } = await exam.runCheck();
    await clinic.query('DELETE FROM notifications WHERE booking_id = ? AND booking_version > 1', [
      booking.id,
    ]);
    const { findingsTotal, findings: listed } = checks.find(({ code }) => code === 'OVERDUE')!;
    expect([findingsTotal, listed.length]).toEqual([120, 100]);
  });
});

describe('jobs without a row', () => {
  const queue = () => clinic.app.get(NotificationQueue);
  const UNKNOWN = 4_000_000_000;

  afterEach(async () => {
    await queue().queue.resume();
    await queue().queue.obliterate({ force: true });
    await exam.expectOnly();
  });

  test('are found, waiting, delayed or paused', async () => {
    await queue().add([{ id: UNKNOWN, lease: 1 }]);
    await queue().queue.add('send', { id: UNKNOWN, lease: 2 }, { delay: 3_600_000, jobId: 'later' });
    await queue().queue.add('send', {} as never, { priority: 2, jobId: 'odd' });
    const expected = [
      {
        subject: 'job later',
        detail: `it is delayed, for notification ${UNKNOWN}, which the ledger does not have`,
      },
      { subject: 'job odd', detail: /^it is prioritized, for notification undefined, / },
      { subject: `job notification-${UNKNOWN}-1`, detail: /^it is waiting/ },
    ];
    const found = async () =>
      (await exam.runCheck()).checks.find(({ code }) => code === 'JOB_WITHOUT_ROW')!.findings;
    expect(await found()).toMatchObject(expected);
    expect((await found())[0]!.remedy).toContain('Remove it at /admin/queues');
    await queue().queue.pause();
    expect(await found()).toMatchObject(expected);
  });

  test('are found beyond the first page', async () => {
    await queue().add(Array.from({ length: 450 }, (_, index) => ({ id: UNKNOWN + index, lease: 1 })));
    const { findingsTotal, findings: listed } = (await exam.runCheck()).checks.at(-1)!;
    expect([findingsTotal, listed.length]).toEqual([450, 100]);
    expect(new Set(listed.map(({ subject }) => subject)).size).toBe(100);
  });

  test('do not include jobs whose row has a newer lease or is sent', async () => {
    const { booking } = await exam.newBooking();
    const rows = await clinic.query<{ id: number }>('SELECT id FROM notifications WHERE booking_id = ?', [
      booking.id,
    ]);
    await queue().add(rows.map(({ id }) => ({ id, lease: 0 })));
    await clinic.query("UPDATE notifications SET lease = 3, state = 'sent' WHERE id = ?", [rows[0]!.id]);
    await exam.expectOnly();
  });
});

describe('the bookings of a patient without an account', () => {
  async function bookedAndMoved(): Promise<number> {
    const { doctor } = await exam.newBooking();
    const desk = await clinic.person('staff');
    const wish = { date: exam.inDays(9), time: '12:00' };
    const { id } = await bookFor(clinic, desk, await insertPatient(clinic), doctor, wish);
    await reschedule(clinic, desk, id, { time: '13:00' });
    return id;
  }

  test('need notifications too', async () => {
    const id = await bookedAndMoved();
    expect(await exam.findings()).toEqual([]);
    await exam.deleteRows('notifications', "booking_id = ? AND kind = 'moved'", [id]);
    expect(await exam.findings()).toMatchObject([{ code: 'LEDGER_NEWS', subject: `booking ${id}` }]);
  });
});
