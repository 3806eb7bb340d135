import { isCalendarDate } from '../time/clinic-time.js';
import { EXAMPLE_BIRTH_DATE } from '../time/example-date.js';
import { field, type FieldOptions } from './fields.js';
import { LineField } from './text-fields.js';
import { DATE_PATTERN } from './time-fields.js';

/** Decorators for what a person is called, when they were born and how they are reached. */

/** The longest phone number as people type it: E.164 has 15 digits, and people add spaces, brackets and dots. */
const LONGEST_PHONE = 40;
/** Nobody alive was born before. */
const FIRST_BIRTH_DATE = '1880-01-01';

/** A given name or a family name. */
export function NameField(options: FieldOptions = {}): PropertyDecorator {
  return LineField(100, options);
}

/** A date of birth. Whether it is in the future depends on the clinic's day, so the service checks that. */
export function BirthDateField(options: FieldOptions = {}): PropertyDecorator {
  return field(
    { example: EXAMPLE_BIRTH_DATE, ...options },
    { type: 'string', format: 'date', pattern: DATE_PATTERN },
    `must be a date of the calendar, not before ${FIRST_BIRTH_DATE.slice(0, 4)} and written YYYY-MM-DD`,
    (value) => typeof value === 'string' && isCalendarDate(value) && value >= FIRST_BIRTH_DATE,
  );
}

/** A phone number as people type it. Whether it can be dialled depends on the clinic's country: see `readPhone`. */
export function PhoneField(options: FieldOptions = {}): PropertyDecorator {
  return field(
    { example: '+34 612 345 678', ...options },
    { type: 'string', minLength: 1, maxLength: LONGEST_PHONE },
    `must be a phone number of at most ${LONGEST_PHONE} characters`,
    (value) => typeof value === 'string' && value.length <= LONGEST_PHONE && /\p{Nd}/u.test(value),
  );
}
