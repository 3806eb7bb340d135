import { isCalendarDate } from '../time/clinic-time.js';
import { EXAMPLE_DATE } from '../time/example-date.js';
import { END_TIME, WALL_TIME } from '../time/wall-time.js';
import { field, type FieldOptions, isWholeNumber } from './fields.js';

/** Decorators for dates, times of day and durations in requests. */

export const DATE_PATTERN = '^[1-9]\\d{3}-\\d{2}-\\d{2}$';

/** A calendar date, YYYY-MM-DD. */
export function DateField(options: FieldOptions = {}): PropertyDecorator {
  const message = 'must be a date of the calendar, written YYYY-MM-DD';
  return field(
    options,
    { type: 'string', format: 'date', pattern: DATE_PATTERN, example: EXAMPLE_DATE },
    message,
    (value) => typeof value === 'string' && isCalendarDate(value),
  );
}

/** A wall time, HH:MM, 24 hours. */
export function TimeField(options: FieldOptions = {}): PropertyDecorator {
  const message = 'must be a time of day between 00:00 and 23:59, written HH:MM';
  return field(
    options,
    { type: 'string', pattern: WALL_TIME.source, example: '10:00' },
    message,
    (value) => typeof value === 'string' && WALL_TIME.test(value),
  );
}

/** A date and a wall time, YYYY-MM-DDTHH:MM. */
export function WallStartField(options: FieldOptions = {}): PropertyDecorator {
  const isValid = (value: unknown): boolean => {
    if (typeof value !== 'string' || value.length !== 16 || value[10] !== 'T') return false;
    return isCalendarDate(value.slice(0, 10)) && WALL_TIME.test(value.slice(11));
  };
  const message = 'must be a date and a time of day, written YYYY-MM-DDTHH:MM';
  return field(
    options,
    { type: 'string', pattern: '^[1-9]\\d{3}-\\d{2}-\\d{2}T([01]\\d|2[0-3]):[0-5]\\d$' },
    message,
    isValid,
  );
}

/** The end of a time range within a day, HH:MM, 24 hours; 24:00 is the end of the day. */
export function EndTimeField(options: FieldOptions = {}): PropertyDecorator {
  const message = 'must be a time of day between 00:01 and 24:00, written HH:MM';
  return field(
    options,
    { type: 'string', pattern: END_TIME.source, example: '17:00' },
    message,
    (value) => typeof value === 'string' && END_TIME.test(value) && value !== '00:00',
  );
}

/** Minutes from 1 to 480. */
export function DurationField(options: FieldOptions = {}): PropertyDecorator {
  const schema = {
    type: 'integer',
    minimum: 1,
    maximum: 480,
    example: 30,
  };
  return field(options, schema, 'must be a whole number of minutes from 1 to 480', (value) =>
    isWholeNumber(value, 1, 480),
  );
}
