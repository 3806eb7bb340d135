import type { EntityManager } from 'typeorm';
import type { ClinicLimits } from '../clinic/clinic-limits.js';
import { query, type Source } from '../database/statement.js';
import { AppointmentType } from './appointment-type.entity.js';

/** The statements of the `appointment_types` table. */

export type StoredType = Omit<AppointmentType, 'createdAt'>;

/** The columns of a type `t`. */
export const TYPE_COLUMNS = `t.id, t.code, t.name, t.description, t.duration_minutes AS durationMinutes,
  t.slot_step_minutes AS slotStepMinutes, t.buffer_before AS bufferBefore, t.buffer_after AS bufferAfter,
  t.min_notice_minutes AS minNoticeMinutes, t.horizon_days AS horizonDays,
  t.cancel_cutoff_minutes AS cancelCutoffMinutes, t.max_per_day AS maxPerDay,
  t.max_live_bookings AS maxLiveBookings, t.audience, t.active, t.version`;

/** All types, by name. */
export function listTypes(source: Source): Promise<StoredType[]> {
  return query(
    source,
    `/* list-types */ SELECT ${TYPE_COLUMNS} FROM appointment_types t ORDER BY t.name, t.id`,
  );
}

/** The type, locked until the transaction ends. */
export async function lockType(tx: EntityManager, id: number): Promise<StoredType | undefined> {
  const sql = `/* lock-type */ SELECT ${TYPE_COLUMNS} FROM appointment_types t WHERE t.id = ? FOR UPDATE`;
  const [found] = await query<StoredType>(tx, sql, [id]);
  return found;
}

export function countTypes(tx: EntityManager): Promise<number> {
  return tx.count(AppointmentType);
}

/** @returns the id of the new type */
export async function insertType(tx: EntityManager, type: Omit<AppointmentType, 'id'>): Promise<number> {
  return (await tx.save(tx.create(AppointmentType, type))).id;
}

export async function updateType(
  tx: EntityManager,
  id: number,
  values: Partial<Omit<AppointmentType, 'id'>>,
): Promise<void> {
  await tx.update(AppointmentType, { id }, values);
}

/** Limits of a type, or of a doctor's own values of it, with which nobody could book. */
export interface ImpossibleLimits extends Pick<ClinicLimits, 'minNoticeMinutes' | 'horizonDays'> {
  readonly code: string;
  readonly doctorId: number | null;
}

const NOTICE = 't.min_notice_minutes, ?';
const HORIZON = 't.horizon_days, ?';

/**
 * The first limits whose notice is longer than the horizon.
 *
 * @param clinic the limits where neither doctor nor type has its own
 * @param only the only type, or the only doctor; by default all active types
 */
export async function findImpossibleLimits(
  source: Source,
  { minNoticeMinutes, horizonDays }: ClinicLimits,
  only: { readonly typeId?: number; readonly doctorId?: number } = {},
): Promise<ImpossibleLimits | undefined> {
  const { typeId = null, doctorId = null } = only;
  const limits = [minNoticeMinutes, horizonDays];
  const [found] = await query<ImpossibleLimits>(
    source,
    `/* find-impossible-limits */
     SELECT code, doctorId, minNoticeMinutes, horizonDays FROM (
       SELECT t.id, t.active, t.code, NULL AS doctorId, COALESCE(${NOTICE}) AS minNoticeMinutes,
              COALESCE(${HORIZON}) AS horizonDays
       FROM appointment_types t
       UNION ALL
       SELECT t.id, t.active, t.code, o.doctor_id, COALESCE(o.min_notice_minutes, ${NOTICE}),
              COALESCE(o.horizon_days, ${HORIZON})
       FROM doctor_types o JOIN appointment_types t ON t.id = o.type_id
     ) each_pair
     WHERE minNoticeMinutes > 1440 * horizonDays
       AND CASE WHEN ? IS NOT NULL THEN id = ? WHEN ? IS NOT NULL THEN doctorId = ? ELSE active = 1 END
     ORDER BY code, doctorId LIMIT 1`,
    [...limits, ...limits, typeId, typeId, doctorId, doctorId],
  );
  return found;
}
