import { isTimeZone, timeZoneMessage } from '../config/time-zone.js';
import { field, type FieldOptions } from './fields.js';

/** The IANA name of a place's time zone; see `isTimeZone`. */
export function TimeZoneField(options: FieldOptions = {}): PropertyDecorator {
  return field(
    options,
    { type: 'string', example: 'Europe/Madrid', maxLength: 64 },
    timeZoneMessage,
    (value) => typeof value === 'string' && isTimeZone(value),
  );
}
