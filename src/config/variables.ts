import { applyDecorators } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { IsBoolean, IsInt, Max, Min, ValidateBy, type ValidationOptions } from 'class-validator';

/** Decorators for the variables of environments. Each one converts and validates the text of a variable. */

const toInteger = ({ value }: { value: unknown }): unknown =>
  typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
const toBoolean = ({ value }: { value: unknown }): unknown =>
  ({ true: true, false: false })[String(value)] ?? value;
const toList = ({ value }: { value: unknown }): unknown =>
  typeof value === 'string'
    ? value
        .split(',')
        .map((item) => item.trim())
        .filter(Boolean)
    : value;

/** A whole number within bounds. */
export function IntegerVariable(least: number, most: number): PropertyDecorator {
  return applyDecorators(Transform(toInteger), IsInt(), Min(least), Max(most));
}

/** `true` or `false`. */
export function BooleanVariable(): PropertyDecorator {
  return applyDecorators(Transform(toBoolean), IsBoolean());
}

/** A number of days, up to a hundred years. */
export function DaysVariable(): PropertyDecorator {
  return IntegerVariable(0, 36_500);
}

/** A text for which `read` returns something. */
export function TextVariable(
  read: (text: string) => unknown,
  message: string | ((value: unknown) => string),
  options: ValidationOptions = {},
): PropertyDecorator {
  return ValidateBy(
    {
      name: 'text',
      validator: {
        validate: (value) => typeof value === 'string' && read(value) !== undefined,
        defaultMessage: (args) => (typeof message === 'string' ? message : message(args?.value)),
      },
    },
    options,
  );
}

/** A comma-separated list of texts for each of which `read` returns something. */
export function ListVariable(read: (text: string) => unknown, message: string): PropertyDecorator {
  return applyDecorators(Transform(toList), TextVariable(read, message, { each: true }));
}
