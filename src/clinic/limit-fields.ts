import { ApiInteger } from '../http/api-properties.js';
import { type FieldOptions, IntegerField } from '../http/fields.js';

/** The bounds of a limit, both included. */
interface Bounds {
  readonly least: number;
  readonly most: number;
}

/** The bounds of limits of the clinic, of types and of doctors' own values. */
export const LIMIT_BOUNDS = {
  horizon_days: { least: 1, most: 3_650 },
  min_notice_minutes: { least: 0, most: 525_600 },
  cancel_cutoff_minutes: { least: 0, most: 525_600 },
  max_live_bookings: { least: 1, most: 1_000 },
  max_per_day: { least: 1, most: 500 },
} as const satisfies Record<string, Bounds>;

/** A limit of bookings; null for none of its own. */
export function BookingLimitField(
  limit: keyof typeof LIMIT_BOUNDS,
  options: FieldOptions = {},
): PropertyDecorator {
  const { least, most } = LIMIT_BOUNDS[limit];
  return IntegerField(least, most, { optional: true, nullable: true, ...options });
}

/** The same in a response. */
export function ApiBookingLimit(
  limit: keyof typeof LIMIT_BOUNDS,
  options: Pick<FieldOptions, 'description' | 'example'>,
): PropertyDecorator {
  const { least, most } = LIMIT_BOUNDS[limit];
  return ApiInteger(least, most, { nullable: true, ...options });
}
