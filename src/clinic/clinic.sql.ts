import type { ClinicLimits } from './clinic-limits.js';
import type { UnionPart } from '../database/union-part.js';

/** SQL for other modules to read the clinic's settings together with their own tables. */

/** Joins the clinic's settings, if there are any, as `clinic`. */
export function joinClinic(): string {
  return 'LEFT JOIN clinic ON clinic.id = 1';
}

/** The columns of the clinic's contact details; null: those of the configuration. */
export const CLINIC_COLUMNS = `clinic.name AS clinic_name, clinic.address AS clinic_address,
  clinic.phone AS clinic_phone`;

/**
 * Whether a rule counts the bookings of a patient. Parameters: 1 if one does whatever the settings, 1 if the patient is
 * bound by limits.
 */
export const COUNTS_BOOKINGS = `(? = 1 OR clinic.one_place_at_a_time = 1 OR (? = 1 AND clinic.max_live_bookings IS NOT NULL))`;

/** The settings that decide what can be booked. */
export interface BookingSettings extends ClinicLimits {
  readonly typeRequired: boolean;
  readonly onePlaceAtATime: boolean;
  readonly publicAvailability: boolean;
}

/**
 * The clinic's part of `read-schedule`. The column that other parts fill with the time zone holds JSON; read it with
 * `clinicOfSchedule`.
 */
export const CLINIC_OF_SCHEDULE: UnionPart = {
  columns: `'clinic', CAST(JSON_OBJECT('horizonDays', horizon_days, 'minNoticeMinutes', min_notice_minutes,
                                    'cancelCutoffMinutes', cancel_cutoff_minutes,
                                    'maxLiveBookings', max_live_bookings, 'typeRequired', type_required,
                                    'onePlaceAtATime', one_place_at_a_time,
                                    'publicAvailability', public_availability) AS CHAR),
         NULL, NULL, NULL, NULL, NULL, NULL`,
  from: () => 'FROM clinic WHERE id = 1',
};

/** Reads the row of `CLINIC_OF_SCHEDULE`. */
export function clinicOfSchedule(json: string): BookingSettings {
  const settings = JSON.parse(json) as Record<keyof BookingSettings, number | null>;
  const { typeRequired, onePlaceAtATime, publicAvailability, ...limits } = settings;
  return {
    ...limits,
    typeRequired: typeRequired === 1,
    onePlaceAtATime: onePlaceAtATime === 1,
    publicAvailability: publicAvailability === 1,
  };
}
