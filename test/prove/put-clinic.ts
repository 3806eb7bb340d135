import type { Connection } from 'mysql2/promise';
import { clock } from './calendar.js';
import type { Cast } from './cast.js';
import type { ClinicPlan, PlannedValues } from './plan.js';
import { endOf } from './reference-clinic.js';

type Row = readonly unknown[];

const EMPTIED = [
  'notifications',
  'bookings',
  'exceptions',
  'availability_windows',
  'doctor_types',
  'appointment_types',
  'doctor_days',
];
const VALUES = `duration_minutes, slot_step_minutes, buffer_before, buffer_after, min_notice_minutes, horizon_days,
  cancel_cutoff_minutes, max_per_day, max_live_bookings`;

/** Replaces the clinic in the database by the described one, but for its people: a few statements in one round trip. */
export async function putClinic(connection: Connection, plan: ClinicPlan, cast: Cast): Promise<void> {
  const statements: string[] = [];
  const run = (sql: string, parameters: Row = []): void => {
    statements.push(connection.format(sql, [...parameters]));
  };
  const insert = (into: string, rows: readonly Row[]): void => {
    if (rows.length > 0) run(`INSERT INTO ${into} VALUES ?`, [rows]);
  };
  run('SET SESSION foreign_key_checks = 0');
  for (const table of EMPTIED) run(`DELETE FROM ${table}`);
  putSettings(plan, run);
  // Those who are not in the plan take no bookings.
  run('UPDATE doctors SET active = 0');
  for (const { id, timezone, specialty, isActive } of plan.doctors) {
    const row = [timezone, specialty, isActive ? 1 : 0, id];
    run('UPDATE doctors SET timezone = ?, specialty = ?, active = ? WHERE id = ?', row);
  }
  for (const [table, rows] of rowsOf(plan, cast)) insert(table, rows);
  await connection.query(statements.join(';\n'));
}

function putSettings({ settings }: ClinicPlan, run: (sql: string, parameters: Row) => void): void {
  run(
    `UPDATE clinic SET horizon_days = ?, min_notice_minutes = ?, cancel_cutoff_minutes = ?, max_live_bookings = ?,
       type_required = ?, one_place_at_a_time = ?, public_availability = ?`,
    [
      settings.horizonDays,
      settings.minNoticeMinutes,
      settings.cancelCutoffMinutes,
      settings.maxLiveBookings,
      settings.typeRequired,
      settings.onePlaceAtATime,
      settings.publicAvailability,
    ],
  );
}

function rowsOf({ types, doctors, bookings, patients }: ClinicPlan, cast: Cast): [string, Row[]][] {
  const createdAt = new Date('2026-01-01T00:00:00Z');
  const accountOf = new Map(patients.map(({ id, accountId }) => [id, accountId]));
  return [
    [
      `appointment_types (id, code, name, audience, active, created_at, ${VALUES})`,
      types.map((type) => [
        type.id,
        `type-${type.id}`,
        `Type ${type.id}`,
        type.audience,
        type.isActive,
        createdAt,
        ...valuesIn(type),
      ]),
    ],
    [
      `doctor_types (doctor_id, type_id, ${VALUES})`,
      doctors.flatMap(({ id, offers }) => offers.map(({ typeId, own }) => [id, typeId, ...valuesIn(own)])),
    ],
    [
      'availability_windows (doctor_id, day_of_week, start_time, end_time, valid_from, valid_until, type_ids)',
      doctors.flatMap(({ id, windows }) =>
        windows.map(({ weekday, start, end, validFrom, validUntil, typeIds }) => [
          id,
          weekday,
          clock(start),
          clock(end),
          validFrom,
          validUntil,
          typeIds && typeIds.join(','),
        ]),
      ),
    ],
    [
      'exceptions (doctor_id, date, start_time, end_time)',
      doctors.flatMap(({ id, exceptions }) =>
        exceptions.map(({ date, time }) => [id, date, time && clock(time.start), time && clock(time.end)]),
      ),
    ],
    [
      `bookings (id, uid, user_id, patient_id, doctor_id, date, start_time, duration_minutes, starts_at, ends_at, status,
         version, created_at, updated_at, overbooked, booked_by, booked_by_role, type_id, type_code, type_name,
         buffer_before, buffer_after, one_place)`,
      bookings.map((booking) => [
        booking.id,
        `prove-${booking.id}`,
        accountOf.get(booking.patientId),
        booking.patientId,
        booking.doctorId,
        booking.date,
        clock(booking.time),
        booking.durationMinutes,
        new Date(booking.startsAt),
        new Date(endOf(booking)),
        booking.status,
        1,
        createdAt,
        createdAt,
        booking.isOverbooked,
        cast.accounts[2]!.id,
        'staff',
        booking.typeId,
        booking.typeId && `type-${booking.typeId}`,
        booking.typeId && `Type ${booking.typeId}`,
        booking.bufferBefore,
        booking.bufferAfter,
        booking.onePlace,
      ]),
    ],
  ];
}

function valuesIn(values: PlannedValues): Row {
  return [
    values.durationMinutes,
    values.slotStepMinutes,
    values.bufferBefore,
    values.bufferAfter,
    values.minNoticeMinutes,
    values.horizonDays,
    values.cancelCutoffMinutes,
    values.maxPerDay,
    values.maxLiveBookings,
  ];
}
