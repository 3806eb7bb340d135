import { ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';
import { END_TIME, WALL_TIME } from '../time/wall-time.js';
import { EXAMPLE_DATE } from '../time/example-date.js';
import { LARGEST_ID } from './fields.js';
import { DATE_PATTERN } from './time-fields.js';

/** Decorators for the properties of response bodies; each describes one kind of value to OpenAPI. */

type Options = Pick<ApiPropertyOptions, 'example' | 'description' | 'nullable'> & {
  readonly required?: boolean;
};

/** The id of a resource. */
export function ApiId(options: Options = {}): PropertyDecorator {
  return ApiInteger(1, LARGEST_ID, { example: 1, ...options });
}

/** A whole number between two bounds. */
export function ApiInteger(minimum: number, maximum: number, options: Options = {}): PropertyDecorator {
  return ApiProperty({ type: 'integer', minimum, maximum, ...options });
}

/** A date, YYYY-MM-DD. */
export function ApiDate(options: Options = {}): PropertyDecorator {
  return ApiProperty({
    type: 'string',
    format: 'date',
    pattern: DATE_PATTERN,
    example: EXAMPLE_DATE,
    ...options,
  });
}

/** A wall time, HH:MM. */
export function ApiTime(options: Options = {}): PropertyDecorator {
  return ApiProperty({ type: 'string', pattern: WALL_TIME.source, example: '10:00', ...options });
}

/** The end of a time range within a day, HH:MM up to 24:00. */
export function ApiEndTime(options: Options = {}): PropertyDecorator {
  return ApiProperty({ type: 'string', pattern: END_TIME.source, example: '17:00', ...options });
}

/** An instant, ISO 8601 with an offset. */
export function ApiInstant(options: Options = {}): PropertyDecorator {
  return ApiProperty({ type: 'string', format: 'date-time', ...options });
}
