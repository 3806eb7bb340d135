import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Clinic } from '../support/clinic.js';
import { ExaminedClinic } from '../support/examined-clinic.js';
import { notificationsOf } from '../support/notifications.js';

const HOUR_MS = 3_600_000;

let exam: ExaminedClinic;
let clinic: Clinic;

beforeAll(async () => {
  exam = await ExaminedClinic.open();
  ({ clinic } = exam);
});

afterEach(() => exam.undoAll());

afterAll(() => exam?.close());

/** The SQL of the manual under a heading. */
function statementsIn(heading: string): string[] {
  const manual = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');
  const part = manual.split(/^(?=##+ )/m).find((each) => each.startsWith(heading))!;
  return [...part.matchAll(/^```sql\n(.*?)^```/gms)].map(([, sql]) => sql!);
}

describe('the manual’s statements for repairs by hand repair what is found', () => {
  const [writing, correcting, letting] = statementsIn('### Mending by hand');

  /** Runs the manual's statements for a booking, and expects no more findings and an event. */
  async function doByHand(sql: string | undefined, id: number): Promise<void> {
    const runner = clinic.dataSource.createQueryRunner();
    try {
      for (const statement of sql!.replaceAll(/(?<=id = )12\b/g, String(id)).split(';')) {
        if (statement.trim() !== '') await runner.query(statement);
      }
    } finally {
      await runner.release();
    }
    await exam.expectMended();
    const events = await clinic.query(
      "SELECT actor_id FROM audit_events WHERE action = 'booking.mended' AND subject_id = ?",
      [id],
    );
    expect(events).not.toEqual([]);
  }

  test('cancelling a booking as the desk, with a notification and without reminders', async () => {
    const { booking } = await exam.newBooking();
    const desk = await clinic.staff();
    await exam.change('bookings', { id: booking.id }, 'open_until = starts_at');
    await exam.expectOnly({ code: 'OUTSIDE_OPEN_TIME' });
    const reason = 'The doctor is ill';
    expect((await clinic.client.post(`/api/bookings/${booking.id}/cancel`, { reason }, desk)).status).toBe(
      200,
    );
    await exam.expectMended();
    const notifications = await notificationsOf(clinic, booking.id);
    expect(
      notifications.map(({ kind, booking_version, state }) => `${kind} ${booking_version} ${state}`),
    ).toEqual([
      'booked 1 pending',
      'reminder_24h 1 cancelled',
      'reminder_1h 1 cancelled',
      'cancelled 2 pending',
    ]);
  });

  test('writing a missing notification', async () => {
    const { booking } = await exam.newBooking();
    await exam.deleteRows('notifications', "booking_id = ? AND kind = 'booked'", [booking.id]);
    await exam.expectOnly({ code: 'LEDGER_NEWS' });
    await doByHand(writing, booking.id);
    await exam.deleteRows('notifications', "booking_id = ? AND kind = 'reminder_1h'", [booking.id]);
    await exam.expectOnly({ code: 'LEDGER_REMINDER' });
    const reminding = writing!
      .replace("'booked'", "'reminder_1h'")
      .replace('UTC_TIMESTAMP(3), ', 'starts_at - INTERVAL 1 HOUR, ');
    await doByHand(reminding, booking.id);
    const notifications = await notificationsOf(clinic, booking.id);
    expect(notifications.map(({ kind, state }) => `${kind} ${state}`)).toEqual([
      'reminder_24h pending',
      'booked pending',
      'reminder_1h pending',
    ]);
    expect(notifications[2]!.due_at.getTime()).toBe(Date.parse(booking.starts_at) - HOUR_MS);
  });

  test('correcting the instants of a booking, and of its reminders', async () => {
    const { booking } = await exam.newBooking();
    const hourEarlier = ['starts_at', 'ends_at']
      .map((column) => `${column} = ${column} - INTERVAL 1 HOUR`)
      .join();
    await exam.change('bookings', { id: booking.id }, hourEarlier);
    const [finding] = await exam.findings();
    const [start, end] = finding!.detail
      .match(/which is (.*)\.000Z to (.*)\.000Z; but/)!
      .slice(1)
      .map((instant) => instant.replace('T', ' '));
    const sql = correcting!.replace('2027-03-29 07:00:00', start!).replace('2027-03-29 07:30:00', end!);
    await doByHand(sql, booking.id);
    const [, ...reminders] = await notificationsOf(clinic, booking.id);
    expect(reminders.map(({ due_at }) => Date.parse(booking.starts_at) - due_at.getTime())).toEqual([
      24 * HOUR_MS,
      HOUR_MS,
    ]);
  });

  test('letting a booking stay', async () => {
    const { doctor, booking } = await exam.newBooking();
    const exception = await exam.block(doctor, booking.date);
    await exam.change('exceptions', { id: exception }, 'day_version = 0');
    await exam.change('bookings', { id: booking.id }, 'open_until = starts_at');
    await exam.expectOnly({ code: 'OUTSIDE_OPEN_TIME' }, { code: 'DESPITE_EXCEPTION' });
    await doByHand(letting, booking.id);
  });
});

test('the manual’s statements for accounts take effect, and leave events', async () => {
  const doctor = await clinic.doctor();
  const admin = await clinic.admin();
  const [naming, freeing, ending] = statementsIn('### Accounts by hand');
  const before =
    "SELECT COUNT(*) AS count FROM audit_events WHERE action LIKE '%.mended' AND subject IN ('doctor', 'account')";
  const run = async (sql: string): Promise<void> => {
    for (const statement of sql.split(';')) if (statement.trim() !== '') await clinic.query(statement);
  };
  await clinic.query("UPDATE accounts SET second_factor = 'sealed' WHERE id = ?", [admin.id]);
  await run(naming!.replaceAll(/(?<=id = )3\b/g, String(doctor.doctorId)));
  await run(freeing!.replaceAll('admin@clinic.example', admin.email));
  await run(ending!);
  const [{ name }] = (await clinic.query('SELECT name FROM doctors WHERE id = ?', [doctor.doctorId])) as [
    { name: string },
  ];
  const [account] = await clinic.query(
    'SELECT second_factor, session_version > 0 AS is_revoked FROM accounts WHERE id = ?',
    [admin.id],
  );
  expect([name, account]).toEqual(['Former doctor', { second_factor: null, is_revoked: 1 }]);
  const [{ count }] = (await clinic.query(before)) as [{ count: number }];
  expect(count).toBeGreaterThan(2);
});
