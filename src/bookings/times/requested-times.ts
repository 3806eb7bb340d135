import type { WallRange } from '../../availability/schedule-day.js';
import type { Actor } from '../../http/context.js';
import { mayBookFor } from '../booking.policy.js';
import { unknownPatient } from '../booking.refusals.js';
import { assertMaySee, type RequestedLength } from '../requested-type.js';
import type { SchedulesRead } from '../schedules.reader.js';

/** Which times of doctors are searched. */
export interface RequestedTimes extends RequestedLength {
  /** By default the actor's own patient. */
  readonly patientId?: number | undefined;
  /** The doctor's local date, YYYY-MM-DD; by default today at each doctor. */
  readonly from?: string | undefined;
  /** By default as far as patients can book. */
  readonly to?: string | { readonly daysAfter: number } | undefined;
  /** In which the times start, on the doctor's wall clock. */
  readonly within: WallRange;
  /** 0 Sunday to 6 Saturday; by default all. */
  readonly weekdays?: ReadonlySet<number> | undefined;
}

/**
 * Asserts that the actor may see times of the requested type for the requested patient.
 *
 * @throws Refusal UNKNOWN_PATIENT, UNKNOWN_TYPE, TYPE_REQUIRED
 */
export function assertMayRequest(
  actor: Actor,
  read: Pick<SchedulesRead, 'patient' | 'type' | 'clinic'>,
  { patientId, typeId }: Pick<RequestedTimes, 'patientId' | 'typeId'>,
): void {
  const { patient } = read;
  if (patientId !== undefined && !(patient && mayBookFor(actor, patient))) throw unknownPatient(patientId);
  assertMaySee(actor, read, typeId);
}
