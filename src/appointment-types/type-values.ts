import { LIMIT_BOUNDS } from '../clinic/limit-fields.js';
import { ApiInteger } from '../http/api-properties.js';
import { type FieldOptions, IntegerField } from '../http/fields.js';
import type { TypeValues } from './scheduling-parameters.js';

/** A value of a type: its property, its bounds, both included, and what people need to know about it. */
interface ValueField {
  readonly property: keyof TypeValues;
  readonly least: number;
  readonly most: number;
  readonly example: number | null;
  readonly description: string;
}

const DURATION = { least: 1, most: 480 };
const BUFFER = { least: 0, most: 240, example: 10 };

/** The values of types by their names on the wire. A doctor may have own ones. */
export const VALUE_FIELDS = {
  duration: { property: 'durationMinutes', ...DURATION, example: 45, description: 'Minutes' },
  slot_step: {
    ...{ property: 'slotStepMinutes', ...DURATION, example: 15 },
    description: 'Minutes between the starts on offer; null for the duration',
  },
  buffer_before: {
    ...{ property: 'bufferBefore', ...BUFFER },
    description: 'Minutes that stay free of bookings before an appointment',
  },
  buffer_after: {
    ...{ property: 'bufferAfter', ...BUFFER },
    description: 'Minutes that stay free of bookings after an appointment',
  },
  min_notice_minutes: {
    ...{ property: 'minNoticeMinutes', ...LIMIT_BOUNDS.min_notice_minutes, example: 1_440 },
    description: "How long before the start patients must book; null for the clinic's limit",
  },
  horizon_days: {
    ...{ property: 'horizonDays', ...LIMIT_BOUNDS.horizon_days, example: 90 },
    description: "How many days ahead patients can book; null for the clinic's limit",
  },
  cancel_cutoff_minutes: {
    ...{ property: 'cancelCutoffMinutes', ...LIMIT_BOUNDS.cancel_cutoff_minutes, example: 720 },
    description:
      "How long before the start patients can still reschedule and cancel; null for the clinic's limit",
  },
  max_per_day: {
    ...{ property: 'maxPerDay', ...LIMIT_BOUNDS.max_per_day, example: 8 },
    description: 'How many of a doctor may be on one date; null for no limit',
  },
  max_live_bookings: {
    ...{ property: 'maxLiveBookings', ...LIMIT_BOUNDS.max_live_bookings, example: 2 },
    description: "How many of one patient may lie ahead, besides the clinic's limit; null for only that",
  },
} as const satisfies Record<string, ValueField>;

export type ValueName = keyof typeof VALUE_FIELDS;

export const VALUE_NAMES = Object.keys(VALUE_FIELDS) as ValueName[];

/** A value of a type in a request. */
export function TypeValueField(name: ValueName, options: FieldOptions = {}): PropertyDecorator {
  const { least, most, example, description } = VALUE_FIELDS[name];
  return IntegerField(least, most, { example, description, ...options });
}

/** The same in a response. */
export function ApiValue(name: ValueName, options: { readonly nullable?: boolean } = {}): PropertyDecorator {
  const { least, most, example, description } = VALUE_FIELDS[name];
  return ApiInteger(least, most, { example, description, ...options });
}
