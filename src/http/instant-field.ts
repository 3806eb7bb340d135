import { isCalendarDate } from '../time/clinic-time.js';
import { WALL_TIME } from '../time/wall-time.js';
import { field, type FieldOptions } from './fields.js';

/** An instant in UTC, to the second: YYYY-MM-DDTHH:MM:SSZ. */
export function InstantField(options: FieldOptions = {}): PropertyDecorator {
  const isValid = (value: unknown): boolean => {
    if (typeof value !== 'string' || value.length !== 20 || value[10] !== 'T') return false;
    const [date, time, seconds] = [value.slice(0, 10), value.slice(11, 16), value.slice(16)];
    return isCalendarDate(date) && WALL_TIME.test(time) && /^:[0-5]\dZ$/.test(seconds);
  };
  const message = 'must be an instant in UTC, written YYYY-MM-DDTHH:MM:SSZ';
  const schema = { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}Z$' };
  return field(options, schema, message, isValid);
}
