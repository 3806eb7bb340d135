import type { Audience } from './appointment-type.entity.js';
import type { OwnValues, RequestedType, TypeValues } from './scheduling-parameters.js';
import type { UnionPart } from '../database/union-part.js';

/** SQL for other modules to read appointment types together with their own tables. */

/** The columns of a type's values, and of a doctor's own, by property. */
const VALUES: Readonly<Record<keyof TypeValues, string>> = {
  durationMinutes: 'duration_minutes',
  slotStepMinutes: 'slot_step_minutes',
  bufferBefore: 'buffer_before',
  bufferAfter: 'buffer_after',
  minNoticeMinutes: 'min_notice_minutes',
  horizonDays: 'horizon_days',
  cancelCutoffMinutes: 'cancel_cutoff_minutes',
  maxPerDay: 'max_per_day',
  maxLiveBookings: 'max_live_bookings',
};

/** The values of a type or of a doctor, as a JSON object. */
export function valuesAsJson(alias: string): string {
  const pairs = Object.entries(VALUES).map(([property, column]) => `'${property}', ${alias}.${column}`);
  return `JSON_OBJECT(${pairs.join(', ')})`;
}

/**
 * The type's part of `read-schedule`: a type, with the own values of each of the doctors who offers it; one row without
 * own values if none of them does. No row if there is no such type. The column that other parts fill with the time zone
 * holds JSON; read it with `typeOfSchedule`. Parameters: the doctors, the type.
 */
export const TYPE_OF_SCHEDULE: UnionPart = {
  columns: `'type', CAST(JSON_OBJECT('id', t.id, 'code', t.code, 'name', t.name, 'audience', t.audience,
                                  'active', t.active, 'offered', o.type_id, 'type', ${valuesAsJson('t')},
                                  'own', ${valuesAsJson('o')}) AS CHAR),
         NULL, NULL, NULL, NULL, NULL, NULL`,
  ownerId: 'o.doctor_id',
  from: (doctors) => `FROM appointment_types t
    LEFT JOIN doctor_types o ON o.type_id = t.id AND o.doctor_id ${doctors} WHERE t.id = ?`,
};

/** The part with the shortest duration of the active types that each of the doctors offers. Parameters: the doctors. */
export const SHORTEST_OF_SCHEDULE: UnionPart = {
  columns: `'shortest', NULL, NULL, CAST(MIN(COALESCE(o.duration_minutes, t.duration_minutes)) AS SIGNED),
            NULL, NULL, NULL, NULL`,
  ownerId: 'o.doctor_id',
  from: (doctors) => `FROM doctor_types o JOIN appointment_types t ON t.id = o.type_id AND t.active = 1
    WHERE o.doctor_id ${doctors} GROUP BY o.doctor_id`,
};

/** Whether the doctor with this id offers the type in the parameter, and the type is active. */
export function isOfferedBy(doctorId: string): string {
  return `EXISTS (SELECT 1 FROM doctor_types o JOIN appointment_types t ON t.id = o.type_id AND t.active = 1
                  WHERE o.doctor_id = ${doctorId} AND o.type_id = ?)`;
}

/** A type that is requested of a doctor, as bookings keep it, and whom it exists for. */
export interface TypeOfSchedule extends RequestedType {
  readonly id: number;
  readonly code: string;
  readonly name: string;
  readonly audience: Audience;
}

interface StoredType extends Omit<TypeOfSchedule, 'own' | 'isActive'> {
  readonly active: number;
  readonly offered: number | null;
  readonly own: OwnValues;
}

/** Reads the row of `TYPE_OF_SCHEDULE`. */
export function typeOfSchedule(json: string): TypeOfSchedule {
  const { active, offered, own, ...type } = JSON.parse(json) as StoredType;
  return { ...type, own: offered === null ? null : own, isActive: active === 1 };
}
